"""A backup put back: nothing that a tablet had a receipt for is lost, nothing is counted twice, nobody comes back."""

from __future__ import annotations

import sqlite3
import stat
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from backend import backups
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.backup import BackupFailed, BackupUnusable, archive_of, write_backup
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer
from backend.delivery import Message
from backend.health import is_migrated
from backend.organization import Staff, Store, tablets
from backend.privacy import Erasure, clean_blocks, service
from backend.sales import Sale
from backend.sync import epochs, prepare_scope, verify
from tests import factories
from tests.sync.copy import fresh, replay
from tests.sync.house import house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Tablet


@pytest.fixture
def own(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A house with one store."""
    with house(app, tmp_path) as made:
        yield made


@pytest.fixture
def at_store(own: Flask, tablet: Tablet) -> Tablet:
    """A tablet enrolled in the house, before any backup."""
    return type(tablet)(own)


def sale(**values: Any) -> dict[str, Any]:
    data = {
        "customer_id": None,
        "lines": [{"sku": "A1", "quantity": 1, "amount": 10_000}],
        "currency": "KRW",
        "occurred_at": "2026-11-20T10:00:00+09:00",
    }
    return {"id": new_id(), "kind": "sale.log", "at": "2026-11-20T10:00:01+09:00", "seq": 1, "data": data | values}


def registration(**values: Any) -> dict[str, Any]:
    data = {"name": "서유나", "phone": "+821055551234"} | values
    return {"id": new_id(), "kind": "customer.register", "at": "2026-11-20T10:00:01+09:00", "seq": 1, "data": data}


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_sale_of_after_the_backup_is_pushed_again_after_the_restore_and_counts_once(
    at_store: Tablet, tmp_path: Path
) -> None:
    kept, lost = sale(), sale()
    at_store.push(kept)
    before = clock.now()
    backups.backup(tmp_path / "backup")
    after = clock.now()
    at_store.push(lost)
    rows, cursor = fresh(at_store)
    cursor = replay(at_store, rows, cursor)

    restored = backups.restore(tmp_path / "backup")

    assert before <= restored.restored_to <= after
    answer = at_store.get("/sync/pull", query_string={"cursor": cursor})
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "epoch_changed"
    assert answer.get_json()["restored_to"] == clock.rfc3339(restored.restored_to)
    assert set(db.session.scalars(select(Sale.id))) == {kept["id"]}
    again = at_store.push(kept, lost)
    assert [result.get("duplicate", False) for result in again] == [True, False]
    assert [result["status"] for result in again] == ["applied", "applied"]
    assert at_store.push(lost)[0]["duplicate"] is True
    assert set(db.session.scalars(select(Sale.id))) == {kept["id"], lost["id"]}


def test_a_new_snapshot_after_the_restore_is_the_restored_data(at_store: Tablet, tmp_path: Path) -> None:
    at_store.push(registration(name="이전"))
    prepare_scope(at_store.device.scope)
    backups.backup(tmp_path / "backup")
    at_store.push(registration(name="이후"))
    backups.restore(tmp_path / "backup")
    rows, cursor = fresh(at_store)
    replay(at_store, rows, cursor)
    assert [row["name"] for row in rows["customers"].values()] == ["이전"]
    assert verify.verify()["problems"] == []


@pytest.mark.usefixtures("own")
def test_who_comes_from_before_two_restores_goes_back_to_the_earlier_of_their_moments(tmp_path: Path) -> None:
    first_epoch = epochs.clock_state().epoch
    backups.backup(tmp_path / "old")
    backups.backup(tmp_path / "new")
    newer = backups.restore(tmp_path / "new")
    assert epochs.restored_to(first_epoch) == newer.restored_to
    older = backups.restore(tmp_path / "old")
    assert older.restored_to < newer.restored_to
    for known_or_not in (first_epoch, newer.epoch, new_id()):
        assert epochs.restored_to(known_or_not) == older.restored_to
    backups.backup(tmp_path / "third")
    third = backups.restore(tmp_path / "third")
    assert epochs.restored_to(older.epoch) == third.restored_to
    assert epochs.restored_to(first_epoch) == older.restored_to


def test_a_database_put_back_by_hand_is_noticed(at_store: Tablet) -> None:
    """A cursor from ahead of the clock cannot be of this data."""
    at_store.push(registration())
    rows, cursor = fresh(at_store)
    cursor = replay(at_store, rows, cursor)
    with unit_of_work():
        db.session.execute(text("UPDATE sync_clock SET v = 0"))
    answer = at_store.get("/sync/pull", query_string={"cursor": cursor})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "epoch_changed")


@pytest.mark.usefixtures("own")
def test_a_backup_is_its_owners_alone_and_replaces_the_last_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_text("an older one")
    size = backups.backup(target)
    assert target.stat().st_size == size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob(".backup*")] == []


@pytest.mark.usefixtures("own")
def test_a_backup_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="No such file"):
        backups.backup(tmp_path / "nowhere" / "backup")
    assert not (tmp_path / "nowhere").exists()


def _flipped(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        pytest.param(_flipped, "damaged", id="one bit"),
        pytest.param(lambda whole: whole[: len(whole) // 2], "damaged|no backup", id="the first half"),
        pytest.param(lambda _: b"", "no backup", id="empty"),
        pytest.param(lambda _: b"Dear diary\n" * 1000, "no backup", id="another file"),
    ],
)
def test_a_damaged_or_foreign_file_changes_nothing(at_store: Tablet, tmp_path: Path, damage: Any, words: str) -> None:
    backups.backup(tmp_path / "backup")
    at_store.push(sale())
    before = epochs.clock_state()
    (tmp_path / "backup").write_bytes(damage((tmp_path / "backup").read_bytes()))
    with pytest.raises(BackupUnusable, match=words) as refused:
        backups.restore(tmp_path / "backup")
    assert "Nothing was changed." in refused.value.detail
    db.session.rollback()
    assert epochs.clock_state() == before
    assert count(Sale) == 1


@pytest.mark.usefixtures("own")
def test_a_database_of_somebody_else_is_no_backup(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "diary.sqlite3") as other:
        other.execute("CREATE TABLE diary (day TEXT)")
    other.close()
    with pytest.raises(BackupUnusable, match="no backup"):
        backups.restore(tmp_path / "diary.sqlite3")
    with pytest.raises(BackupUnusable, match="cannot be read"):
        backups.restore(tmp_path / "missing")


def test_a_backup_of_an_older_dangol_is_migrated(app: Flask, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    epoch = new_id()
    with house(app, old, revision="sms_0001") as made:
        with db.engine.begin() as connection:
            connection.execute(text("INSERT INTO sync_clock (id, v, epoch) VALUES (1, 7, :epoch)"), {"epoch": epoch})
        assert made is not None
        write_backup(tmp_path / "backup")
    with house(app, new):
        restored = backups.restore(tmp_path / "backup")
        assert is_migrated()
        assert epochs.clock_state().v == 7
        assert epochs.clock_state().epoch == restored.epoch != epoch
        assert epochs.restored_to(epoch) == restored.restored_to


@pytest.mark.usefixtures("own")
def test_a_backup_of_a_newer_dangol_is_refused(tmp_path: Path) -> None:
    before = epochs.clock_state()
    with db.engine.begin() as connection:
        present = connection.execute(text("SELECT version_num FROM alembic_version ORDER BY 1 LIMIT 1")).scalar_one()
        change = text("UPDATE alembic_version SET version_num = :new WHERE version_num = :old")
        connection.execute(change, {"new": "backend_9999", "old": present})
    write_backup(tmp_path / "backup")
    with db.engine.begin() as connection:
        connection.execute(change, {"new": present, "old": "backend_9999"})
    with pytest.raises(BackupUnusable, match="newer version"):
        backups.restore(tmp_path / "backup")
    db.session.rollback()
    assert epochs.clock_state() == before


@pytest.mark.usefixtures("own")
def test_what_may_have_gone_since_the_backup_does_not_go_again(tmp_path: Path) -> None:
    def message(state: str, purpose: str) -> Message:
        once = purpose == "commercial"
        return Message(channel="sms", purpose=purpose, body="안녕하세요", state=state, at_most_once=once, attempts=0)

    with unit_of_work():
        made = {
            (state, purpose): message(state, purpose)
            for state in ("queued", "held", "sending", "delivered")
            for purpose in ("commercial", "service")
        }
        db.session.add_all(made.values())
        db.session.flush()
        ids = {key: each.id for key, each in made.items()}
    backups.backup(tmp_path / "backup")
    restored = backups.restore(tmp_path / "backup")
    states = {key: db.session.get_one(Message, message_id).state for key, message_id in ids.items()}
    assert {key for key, state in states.items() if state == "unknown"} == {
        ("queued", "commercial"),
        ("held", "commercial"),
        ("sending", "commercial"),
        ("sending", "service"),
    }
    assert states["queued", "service"] == "queued"
    assert restored.counts["messages_unknown"] == 4
    assert all(
        row.due_at is not None and row.due_at - clock.now() < timedelta(minutes=10)
        for row in db.session.scalars(select(Message).where(Message.state == "unknown"))
    )


def test_who_was_erased_since_the_backup_is_erased_again_and_cannot_be_registered_anew(
    at_store: Tablet, tmp_path: Path
) -> None:
    early, late = registration(), registration(phone="+821055554321")
    at_store.push(early)
    prepare_scope(at_store.device.scope)
    backups.backup(tmp_path / "backup")
    at_store.push(late)
    with unit_of_work():
        for entry in (early, late):
            service.erase(entry["id"], acting_staff=SYSTEM)
    clean_blocks()

    restored = backups.restore(tmp_path / "backup")

    assert restored.counts["erased_again"] == 1
    assert count(Customer) == 0
    rows, cursor = fresh(at_store)
    replay(at_store, rows, cursor)
    assert rows["customers"] == {}
    # The tablet sends again what was receipted after the backup, the registration of an erased customer among it.
    assert at_store.push(late)[0]["status"] == "applied"
    assert count(Customer) == 0
    assert count(Erasure) == 2


def test_tablets_enrolled_or_withdrawn_since_the_backup_and_people_who_left_stay_as_they_are(
    own: Flask, at_store: Tablet, tmp_path: Path
) -> None:
    with unit_of_work():
        colleague = factories.staff(store_id=at_store.store_id)
        leaver = factories.staff(store_id=at_store.store_id).id
    backups.backup(tmp_path / "backup")
    with unit_of_work():
        place = db.session.get(Store, at_store.store_id)
        db.session.get_one(Staff, leaver).active = False
        tablets.revoke(at_store.device.id, hard=True, acting_staff=SYSTEM)
    newer = type(at_store)(own, store=place, staff=colleague)

    counts = backups.restore(tmp_path / "backup").counts

    assert (counts["tablets_withdrawn_again"], counts["tablets_kept"]) == (1, 1)
    refused = at_store.get("/sync/terms")
    assert (refused.status_code, refused.get_json()["accept_outbox"]) == (401, False)
    assert newer.push(sale())[0]["status"] == "applied"
    assert db.session.execute(select(Staff.active).where(Staff.id == leaver)).scalar_one() is False


def test_the_file_of_erasures_outlives_the_loss_of_the_database(at_store: Tablet, tmp_path: Path) -> None:
    entry = registration()
    at_store.push(entry)
    backups.backup(tmp_path / "backup")
    run_in_unit_of_work(lambda: service.erase(entry["id"], acting_staff=SYSTEM))
    with unit_of_work():
        db.session.execute(text("DELETE FROM erasure"))
    assert backups.restore(tmp_path / "backup").counts["erased_again"] == 1
    assert count(Customer) == 0


@pytest.mark.usefixtures("own")
def test_a_backup_is_made_in_the_databases_own_format(tmp_path: Path) -> None:
    """So that it can be read with the database's own tools, without Dangol."""
    backups.backup(tmp_path / "backup")
    archive_of(db.engine).check(tmp_path / "backup")
