"""Who looked at whose data: reported once, sealed, shown to admins, and nothing of it changed unnoticed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, update

from backend.core import audit, clock
from backend.core.audit import AccessEntry, Actor
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.privacy.access_log import AccessSeal, service, tending
from backend.settings import attach, current_settings
from backend.sync.sealing import fresh
from backend.unify import merges
from tests import factories, plans

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet


def opened(customer_id: str, *, at: str = "2026-03-02T01:00:00Z", **entry: Any) -> dict[str, Any]:
    """A report that a card was opened."""
    data = {"entries": [{"customer_id": customer_id, "what": "card", "at": at} | entry]}
    return {"id": new_id(), "kind": "access.report", "at": at, "seq": 1, "data": data}


def looked(count: int = 3, *, what: str = "card", actor: Actor = audit.SYSTEM) -> list[str]:
    """Somebody looks at so many members; their ids."""
    with unit_of_work():
        ids = [factories.customer().id for _ in range(count)]
        for each in ids:
            audit.record_access(actor, customer_id=each, what=what)
    return ids


def entries() -> list[AccessEntry]:
    return list(db.session.execute(select(AccessEntry).order_by(AccessEntry.id)).scalars())


def tampered(*statements: Any) -> list[str]:
    """Change the log behind the application's back; what a verification then says."""
    with unit_of_work():
        for statement in statements:
            db.session.execute(statement)
    db.session.expire_all()
    return service.verify().faults


def test_a_tablet_reports_whose_card_was_opened_once(tablet: Tablet) -> None:
    with unit_of_work():
        customer = factories.customer()
    report = opened(customer.id)
    assert [each["status"] for each in tablet.push(report)] == ["applied"]
    assert tablet.push(report)[0]["duplicate"] is True
    (entry,) = entries()
    assert (entry.customer_id, entry.what, entry.device_id, entry.staff_id) == (
        customer.id,
        "card",
        tablet.device.id,
        tablet.staff_id,
    )
    assert clock.rfc3339(entry.at).startswith("2026-03-02T01:00:00")
    assert entry.recorded_at > entry.at


def test_a_view_is_never_later_than_its_report(tablet: Tablet) -> None:
    late = clock.rfc3339(clock.now() + timedelta(days=1))
    tablet.push(opened(new_id(), at=late))
    (entry,) = entries()
    assert entry.at == entry.recorded_at


def test_many_reports_are_written_together(tablet: Tablet) -> None:
    results = tablet.push(*(opened(new_id()) for _ in range(30)))
    assert {each["status"] for each in results} == {"applied"}
    assert len(entries()) == 30


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"entries": []},
        {"entries": [{"customer_id": "no id", "what": "card", "at": "2026-03-02T01:00:00Z"}]},
        {"entries": [{"customer_id": new_id(), "what": "everything", "at": "2026-03-02T01:00:00Z"}]},
        {"entries": [{"customer_id": new_id(), "what": "card", "at": "yesterday"}]},
        {"entries": [{"customer_id": new_id(), "what": "card", "at": "2026-03-02T01:00:00Z"}], "more": 1},
    ],
)
def test_a_report_that_cannot_be_read_is_refused_by_name(tablet: Tablet, data: dict[str, Any]) -> None:
    (result,) = tablet.push({**opened(new_id()), "data": data})
    assert (result["status"], result["code"]) == ("rejected", "invalid_data")
    assert entries() == []


def test_seals_cover_everything_and_verify(app: Flask) -> None:
    with app.app_context():
        looked()
        tending.tend()
        looked(2)
        tending.tend()
        tending.tend()
        looked(1)
        found = service.verify()
    assert (found.seals, found.entries, found.unsealed, found.faults) == (2, 5, 1, [])


def test_whatever_is_changed_is_named(app: Flask) -> None:
    with app.app_context():
        ids = looked()
        tending.tend()
        looked()
        tending.tend()
        mine = AccessEntry.customer_id == ids[0]
        assert tampered(update(AccessEntry).where(mine).values(what="other")) == ["An entry under seal 1 was changed."]
        assert tampered(update(AccessEntry).where(mine).values(what="card")) == []
        assert tampered(update(AccessEntry).where(mine).values(seal_number=None)) == [
            "Seal 1 covers 3 entries; 2 are there."
        ]
        assert tampered(update(AccessEntry).where(mine).values(seal_number=9)) == [
            "Seal 1 covers 3 entries; 2 are there.",
            "Entries are marked with seal 9, which does not exist.",
        ]
        assert tampered(update(AccessEntry).where(mine).values(seal_number=1)) == []
        said = tampered(update(AccessSeal).where(AccessSeal.number == 1).values(chain="0" * 64))
        assert "The signature of seal 1 is not ours." in said
        assert "Seal 2 does not follow the one before it." in said
        assert "Seal 1 is missing." in tampered(delete(AccessSeal).where(AccessSeal.number == 1))


def test_a_log_that_lost_its_end_does_not_lead_to_a_checkpoint_noted_elsewhere(app: Flask) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        looked()
        tending.tend()
        looked()
        tending.tend()
        noted = service.verify().checkpoint
        assert noted is not None
        tampered(
            delete(AccessEntry).where(AccessEntry.seal_number == 2), delete(AccessSeal).where(AccessSeal.number == 2)
        )
        assert service.verify().faults == []
    plain = runner.invoke(args=["privacy", "verify"])
    assert (plain.exit_code, plain.stdout.splitlines()[0]) == (0, "3 entries under 1 seals; 0 not sealed yet.")
    against = runner.invoke(args=["privacy", "verify", "--expect", noted, "--json"])
    assert against.exit_code == 1
    assert json.loads(against.stdout)["faults"] == [
        "Seal 2 is not the one that was noted: entries were removed or replaced."
    ]
    assert runner.invoke(args=["privacy", "verify", "--expect", "nonsense"]).exit_code == 2


def test_a_new_key_signs_and_the_old_one_still_verifies(app: Flask) -> None:
    with app.app_context():
        looked()
        tending.tend()
        before = current_settings()
        try:
            attach(app, replace(before, sealing_key=f"{fresh()},{before.sealing_key}"))
            looked()
            tending.tend()
            assert service.verify().faults == []
            kids = db.session.execute(select(AccessSeal.kid)).scalars().all()
            attach(app, replace(before, sealing_key=fresh()))
            unknown = service.verify().faults
        finally:
            attach(app, before)
    assert len(set(kids)) == 2
    assert [each.partition(" is not in ")[0] for each in unknown] == ["The key of seal 1", "The key of seal 2"]


def test_what_is_old_goes_by_whole_batches_and_the_rest_still_verifies(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with app.app_context():
        monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=760))
        looked()
        tending.tend()
        monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=700))
        looked(2)
        tending.tend()
        monkeypatch.setattr(clock, "now", lambda: now)
        tending.tend()
        found = service.verify()
        left = db.session.execute(select(func.count()).select_from(AccessEntry)).scalar_one()
        assert (found.seals, found.entries, left, found.faults) == (2, 2, 2, [])
        run_in_unit_of_work(lambda: audit.record_access(audit.SYSTEM, customer_id=new_id(), what="card"))
        said = tampered(update(AccessEntry).where(AccessEntry.seal_number.is_(None)).values(seal_number=1))
        assert said == ["Seal 1 was cut, yet 1 of its entries are there."]


def test_an_admin_sees_who_looked_where_and_at_whom(tablet: Tablet, sign_in: Any, client: FlaskClient) -> None:
    with unit_of_work():
        here, gone = factories.customer(name="서하린").id, factories.customer(name="편도현").id
    tablet.push(opened(here, at="2026-03-02T01:00:00Z"), opened(gone, at="2026-03-05T01:00:00Z"))
    with unit_of_work():
        merges.merge(here, gone, acting_staff=audit.SYSTEM)
    sign_in(role="admin")

    def listed(**query: str) -> list[dict[str, Any]]:
        answer = client.get("/api/v1/access-log", query_string=query)
        assert answer.status_code == 200, answer.get_json()
        items: list[dict[str, Any]] = answer.get_json()["items"]
        return items

    both = listed(customer=here)
    assert [each["customer"] for each in both] == [{"id": here, "name": "서하린"}] * 2
    first, *others = listed(customer=gone)
    assert (first["what"], first["customer"]) == ("access_log", both[0]["customer"])
    assert others == both
    assert both[0]["staff"] == {"login": tablet.device.staff.login, "name": tablet.device.staff.name}
    assert (both[0]["store"], both[0]["sealed"]) == (tablet.device.store.code, False)
    assert len(listed(staff=tablet.device.staff.login)) == 2
    assert listed(staff="nobody") == []
    assert len(listed(since="2026-03-03T00:00:00Z", until="2026-03-06T00:00:00Z")) == 1
    assert len(listed(until="2026-03-03T00:00:00Z")) == 1
    assert len(listed(limit="1")) == 1


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("associate", 403), ("manager", 403), ("marketer", 403)])
def test_only_admins_read_the_log(client: FlaskClient, sign_in: Any, role: str | None, status: int) -> None:
    if role:
        sign_in(role=role)
    assert client.get("/api/v1/access-log").status_code == status


def test_each_question_has_its_index(app: Flask) -> None:
    with app.app_context():
        newest = select(AccessEntry.id).order_by(AccessEntry.id.desc()).limit(50)
        assert "ix_access_entry_customer" in plans.steps(newest.where(AccessEntry.customer_id == new_id()))
        assert "ix_access_entry_staff" in plans.steps(newest.where(AccessEntry.staff_id == new_id()))
        # In whatever order: a table this small is as soon read along its primary key.
        waiting = select(AccessEntry.id).where(AccessEntry.seal_number.is_(None))
        assert "ix_access_entry_seal" in plans.steps(waiting)
