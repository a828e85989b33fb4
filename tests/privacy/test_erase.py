"""Who asks to be forgotten is forgotten: on the server in every place, on the tablets with the next pull."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend import backups
from backend.core import clock
from backend.core.audit import SYSTEM, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.errors import NotFound
from backend.core.ids import new_id
from backend.customers import Customer
from backend.delivery import Message
from backend.delivery.models import AddressBlock
from backend.privacy import Erasure, ledger, service, tending
from backend.sales import Sale
from backend.sync import blocks, verify
from backend.sync.models import BlockSet, EditConflict, Receipt
from tests import factories
from tests.privacy.planted import SECRETS, mutation, places, plant, plant_elsewhere
from tests.sync.copy import fresh, replay
from tests.sync.house import house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Tablet


@pytest.fixture
def own(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A database that nothing but the test was ever written to."""
    with house(app, tmp_path) as made:
        yield made


@pytest.fixture
def at_store(own: Flask, tablet: Tablet) -> Tablet:
    return type(tablet)(own)


def erase(app: Flask, customer_id: str, *options: str) -> Any:
    return app.test_cli_runner().invoke(args=["privacy", "erase", customer_id, *options])


def test_nothing_of_her_is_left_anywhere(own: Flask, at_store: Tablet) -> None:
    planted = plant(at_store)
    assert places() == set(SECRETS), "the search finds what there is"
    done = erase(own, planted.customer_id, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["blocks_clean"] is True
    assert places() == set()
    assert verify.verify()["problems"] == []


def test_nothing_is_left_of_her_in_journals_merges_and_the_demo_s_phones_nor_after_a_restore(
    own: Flask, at_store: Tablet, tmp_path_factory: pytest.TempPathFactory
) -> None:
    aside = tmp_path_factory.mktemp("aside")
    planted = plant(at_store)
    plant_elsewhere(planted.customer_id, aside)
    backups.backup(aside / "backup")
    assert erase(own, planted.customer_id, "--json").exit_code == 0
    tending.tend()
    assert places() == set()
    backups.restore(aside / "backup")
    tending.tend()
    assert places() == set()
    assert verify.verify()["problems"] == []


def test_her_sales_stay_without_her(own: Flask, at_store: Tablet) -> None:
    planted = plant(at_store)
    erase(own, planted.customer_id)
    sale = db.session.get_one(Sale, planted.sale_id)
    assert (sale.total, sale.customer_id, sale.claimed_customer_id, sale.note) == (20_000, None, None, None)


def test_tablets_learn_it_with_the_next_pull(own: Flask, at_store: Tablet) -> None:
    planted = plant(at_store)
    rows, cursor = fresh(at_store)
    cursor = replay(at_store, rows, cursor)
    assert planted.customer_id in rows["customers"]
    erase(own, planted.customer_id)
    (change,) = [each for each in at_store.pull(cursor)["changes"] if each["id"] == planted.customer_id]
    assert change == {"collection": "customers", "id": planted.customer_id, "op": "delete"}


def test_no_block_that_is_listed_or_was_holds_her(own: Flask, at_store: Tablet) -> None:
    planted = plant(at_store)
    before = at_store.get("/sync/snapshot").get_json()["collections"]["customers"]["blocks"]
    erase(own, planted.customer_id)
    rows, _ = fresh(at_store)
    assert planted.customer_id not in rows["customers"]
    assert len(rows["customers"]) == 90
    assert [at_store.get(f"/sync/blocks/{each['hash']}").status_code for each in before] == [404]


def test_what_waits_is_not_sent(own: Flask, at_store: Tablet) -> None:
    erase(own, plant(at_store).customer_id)
    messages = db.session.scalars(select(Message)).all()
    assert sorted(message.state for message in messages) == ["canceled", "delivered", "unknown"]
    assert {(message.address, message.body) for message in messages} == {(None, "")}


def test_who_shares_her_phone_keeps_it(tablet: Tablet) -> None:
    with unit_of_work():
        gone, stays = factories.customer(phone="+821011112222"), factories.customer(phone="+821011112222")
        db.session.add(AddressBlock(channel="sms", address="+821011112222", kind="refused"))
    run_in_unit_of_work(lambda: service.erase(gone.id, acting_staff=SYSTEM))
    assert tablet.device is not None
    assert db.session.get_one(Customer, stays.id).phone == "+821011112222"
    assert db.session.scalar(select(func.count()).select_from(AddressBlock)) == 1


def test_her_edit_sent_again_is_still_answered_but_tells_nothing(tablet: Tablet) -> None:
    with unit_of_work():
        person = factories.customer(name="김유진")
    edit = mutation("customer.edit", customer_id=person.id, changes={"name": {"from": "누구", "to": "김하늘"}})
    assert tablet.push(edit)[0]["status"] == "conflict"
    run_in_unit_of_work(lambda: service.erase(person.id, acting_staff=SYSTEM))
    (again,) = tablet.push(edit)
    assert again["duplicate"] is True
    assert again["fields"] == {"name": {"base": None, "yours": None, "server": None}}
    assert db.session.scalar(select(func.count()).select_from(EditConflict)) == 0


def test_what_a_tablet_sends_late_of_her_is_answered_and_not_kept(tablet: Tablet) -> None:
    with unit_of_work():
        person = factories.customer()
    run_in_unit_of_work(lambda: service.erase(person.id, acting_staff=SYSTEM))
    late = mutation("note.add", customer_id=person.id, text="늦은 메모")
    sale = mutation(
        "sale.log",
        customer_id=person.id,
        lines=[{"sku": "A1", "quantity": 1, "amount": 1}],
        currency="KRW",
        occurred_at="2026-11-20T10:00:00+09:00",
    )
    results = tablet.push(late, sale)
    assert [result["status"] for result in results] == ["rejected", "applied"]
    assert "unknown_customer" in results[1]["flags"]
    assert db.session.get_one(Receipt, late["id"]).payload is not None
    tending.tend()
    db.session.expire_all()
    assert db.session.get_one(Receipt, late["id"]).payload is None
    assert tablet.push(late)[0]["duplicate"] is True


def test_it_is_written_down_that_and_when_but_not_of_whom(own: Flask, at_store: Tablet) -> None:
    planted = plant(at_store)
    before = clock.now()
    erase(own, planted.customer_id)
    entry = db.session.get_one(Erasure, planted.customer_id)
    assert before <= entry.erased_at <= clock.now()
    assert ledger.read() == {planted.customer_id}
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == planted.customer_id)).all()
    assert "privacy.erase" in actions


def test_once_more_changes_nothing_and_an_unknown_id_is_told(own: Flask, at_store: Tablet) -> None:
    planted = plant(at_store)
    erase(own, planted.customer_id)
    at = db.session.get_one(Erasure, planted.customer_id).erased_at
    again = erase(own, planted.customer_id)
    assert again.exit_code == 0
    assert db.session.get_one(Erasure, planted.customer_id).erased_at == at
    for unknown in (new_id(), "nobody"):
        with pytest.raises(NotFound):
            service.erase(unknown, acting_staff=SYSTEM)


def test_data_put_back_by_hand_is_forgotten_again_by_the_worker(own: Flask, at_store: Tablet) -> None:
    """The file of erasures knows what the table, put back with the rest, does not."""
    with unit_of_work():
        person = factories.customer(home_store_id=at_store.store_id).id
    ledger.append(person)
    tending.tend()
    assert own is not None
    assert db.session.get(Customer, person) is None
    assert db.session.get_one(Erasure, person).blocks_clean_at is not None


def test_a_torn_line_in_the_file_hides_no_other(own: Flask) -> None:
    one, other = new_id(), new_id()
    ledger.append(one)
    with ledger.path().open("a", encoding="utf-8") as file:
        file.write('{"customer_id": "01\n')
    ledger.append(other)
    assert own is not None
    assert ledger.read() == {one, other}


def test_the_worker_cleans_the_blocks_when_somebody_was_building(own: Flask, at_store: Tablet) -> None:
    planted = plant(at_store)
    with unit_of_work():
        building = db.session.get_one(BlockSet, (at_store.device.scope, "customers"))
        building.built_by, building.build_until = new_id(), clock.now() + timedelta(minutes=5)
    run_in_unit_of_work(lambda: service.erase(planted.customer_id, acting_staff=SYSTEM))
    tending.tend()
    assert db.session.get_one(Erasure, planted.customer_id).blocks_clean_at is None
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        tending.tend()
    db.session.expire_all()
    assert db.session.get_one(Erasure, planted.customer_id).blocks_clean_at is not None
    assert blocks.forget("customers", [planted.customer_id])
    assert own is not None
    assert places() == set()
