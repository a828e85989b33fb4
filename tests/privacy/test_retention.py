"""What is kept longer than is set: shown before it goes, let go in batches, by the worker, and again after a kill."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import clock
from backend.core.audit import SYSTEM, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.customers import Customer
from backend.delivery import Message
from backend.delivery.models import MessageAttempt, MessageReport
from backend.privacy import RetentionRun
from backend.privacy.retention import service, tending
from backend.sales import Sale
from tests import factories
from tests.privacy.planted import mutation
from tests.privacy.walked import message_to

if TYPE_CHECKING:
    import pytest
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

LONG_AGO = clock.now() - timedelta(days=3 * 365)


def messages(count: int, *, ended_at: Any) -> None:
    """So many delivered texts with their reports."""
    with unit_of_work():
        person = factories.customer()
        for _ in range(count):
            message = message_to(person, "delivered")
            message.ended_at = ended_at
            raw = {"To": person.phone}
            report = MessageReport(message_id=message.id, provider_ref=message.id, status="delivered", raw=raw)
            report.received_at = ended_at
            db.session.add(report)


def set_months(name: str, months: int | None) -> None:
    run_in_unit_of_work(lambda: service.set_months(name, months, acting_staff=SYSTEM))


def said() -> list[str]:
    db.session.expire_all()
    return sorted(message.body for message in db.session.scalars(select(Message)))


def test_nothing_goes_until_a_period_is_set(app: Flask) -> None:
    with app.app_context():
        messages(2, ended_at=LONG_AGO)
        tending.tend()
        assert "" not in said()
        assert [(each.months, each.count) for each in service.standings()] == [(None, 0)] * len(service.standings())


def test_a_dry_run_says_how_much_how_old_and_an_example_and_takes_nothing(
    client: FlaskClient, sign_in: Any, app: Flask
) -> None:
    messages(3, ended_at=LONG_AGO)
    messages(1, ended_at=clock.now())
    sign_in(role="admin")
    rule = client.put("/api/v1/retention/texts", json={"months": 12}).get_json()
    assert (rule["months"], rule["count"], len(rule["sample"])) == (12, 3, 3)
    assert rule["oldest"].startswith(LONG_AGO.isoformat()[:10])
    printed = app.test_cli_runner().invoke(args=["privacy", "retention", "--dry-run", "--json"])
    told = json.loads(printed.stdout)
    assert (told["applied"], next(each["count"] for each in told["rules"] if each["name"] == "texts")) == (False, 3)
    assert "" not in said()


def test_what_is_asked_for_goes_and_the_rest_stays(client: FlaskClient, sign_in: Any) -> None:
    messages(3, ended_at=LONG_AGO)
    messages(1, ended_at=clock.now())
    admin = sign_in(role="admin")
    assert client.post("/api/v1/retention/texts/apply").status_code == 422
    client.put("/api/v1/retention/texts", json={"months": 12})
    assert client.post("/api/v1/retention/texts/apply").status_code == 202
    tending.tend()
    assert [body == "" for body in said()] == [True, True, True, False]
    rule = next(each for each in client.get("/api/v1/retention").get_json()["items"] if each["name"] == "texts")
    assert (rule["count"], rule["last_run"]["taken"], rule["last_run"]["finished_at"] is None) == (0, 3, False)
    actions = db.session.execute(select(AuditEntry.action, AuditEntry.staff_id)).all()
    assert {("retention.set", admin.id), ("retention.apply", admin.id), ("retention.done", admin.id)} <= set(
        map(tuple, actions)
    )


def test_a_killed_run_is_gone_on_with(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    with app.app_context():
        messages(5, ended_at=LONG_AGO)
        set_months("texts", 12)
        run = run_in_unit_of_work(lambda: service.begin("texts", acting_staff=SYSTEM)).id
        run_in_unit_of_work(lambda: service.go_on(run))
        assert said().count("") == 2
        tending.tend()
        assert said().count("") == 5
        assert db.session.get_one(RetentionRun, run).taken == 5


def test_what_is_on_is_applied_once_a_day(app: Flask) -> None:
    with app.app_context():
        set_months("webhooks", 12)
        tending.tend()
        messages(1, ended_at=LONG_AGO)
        tending.tend()
        assert db.session.scalars(select(MessageReport)).one().raw != {}
        with clock.frozen(clock.now() + timedelta(days=1)):
            tending.tend()
        db.session.expire_all()
        assert db.session.scalars(select(MessageReport)).one().raw == {}


def test_members_without_any_dealings_are_erased_and_their_old_sales_stay(tablet: Tablet, app: Flask) -> None:
    line = {"sku": "A1", "quantity": 1, "amount": 10_000}
    with unit_of_work():
        factories.product(sku="A1")
        away, back = (factories.customer(home_store_id=tablet.store_id).id for _ in range(2))
    old = clock.rfc3339(LONG_AGO)
    sales = [
        mutation("sale.log", customer_id=each, lines=[line], currency="KRW", occurred_at=at)
        for each, at in ((away, old), (back, old), (back, clock.rfc3339(clock.now())))
    ]
    tablet.push(*sales)
    with unit_of_work():
        for each in (away, back):
            person = db.session.get_one(Customer, each)
            person.created_at = person.updated_at = LONG_AGO
    set_months("members", 24)
    assert next(each.sample for each in service.standings() if each.name == "members") == [away]
    done = app.test_cli_runner().invoke(args=["privacy", "retention", "--apply", "--json"])
    assert json.loads(done.stdout)["taken"] == {"members": 1}
    db.session.expire_all()
    assert db.session.get(Customer, away) is None
    assert db.session.get(Customer, back) is not None
    kept = db.session.get_one(Sale, sales[0]["id"])
    assert (kept.total, kept.customer_id) == (10_000, None)


def test_a_period_below_the_least_and_a_rule_that_is_none_are_refused(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    refused = client.put("/api/v1/retention/members", json={"months": 3})
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["months"])
    assert client.put("/api/v1/retention/nothing", json={"months": 3}).status_code == 404
    assert client.put("/api/v1/retention/texts", json={"months": 6}).status_code == 200
    assert client.put("/api/v1/retention/texts", json={"months": None}).get_json()["months"] is None


def test_whole_messages_go_with_their_attempts_and_reports_and_what_waits_stays(
    app: Flask, client: FlaskClient
) -> None:
    del client
    messages(2, ended_at=LONG_AGO)
    messages(1, ended_at=clock.now())
    with unit_of_work():
        person = factories.customer()
        for state in ("accepted", "sending", "held", "queued"):
            message_to(person, state).created_at = LONG_AGO
        for message in db.session.scalars(select(Message)):
            db.session.add(MessageAttempt(message_id=message.id, number=1, worker="w", began_at=LONG_AGO))
    printed = app.test_cli_runner().invoke(args=["privacy", "retention", "--dry-run", "--json"])
    assert (
        next(each["least_months"] for each in json.loads(printed.stdout)["rules"] if each["name"] == "messages") == 24
    )
    set_months("messages", 24)
    assert next(each.count for each in service.standings() if each.name == "messages") == 3
    tending.tend()
    db.session.expire_all()
    left = db.session.scalars(select(Message)).all()
    assert sorted(each.state for each in left) == ["delivered", "held", "queued", "sending"]
    for column in (MessageAttempt.message_id, MessageReport.message_id):
        assert set(db.session.scalars(select(column))) <= {each.id for each in left}
    assert db.session.query(MessageAttempt).count() == 4
    assert db.session.query(MessageReport).count() == 1
