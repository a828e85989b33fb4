"""What is permitted, as other features and screens ask for it; children and their guardians."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy

from backend import consent, delivery
from backend.core import clock, events
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import ConsentWithdrawn
from backend.delivery import Message, claim
from tests import factories
from tests.consent.test_consents import senders, statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from backend.customers import Customer
    from tests.conftest import Tablet

GUARDIAN = {"name": "한보호", "relation": "mother", "phone": "+821011112222", "verified": "family_certificate"}
NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(NOON):
        yield


@pytest.fixture
def person(tablet: Tablet) -> Customer:
    with unit_of_work():
        return factories.customer(home_store_id=tablet.store_id)


@pytest.fixture
def child(tablet: Tablet) -> Customer:
    with unit_of_work():
        return factories.customer(home_store_id=tablet.store_id, birth_date=date(2014, 5, 5))


def shown(client: FlaskClient, customer_id: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    answer = client.get(f"/api/v1/customers/{customer_id}/permissions", headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.get_json()
    return {(each["purpose"], each["channel"], each["night"]): each for each in answer.get_json()["items"]}


def advert(tablet: Tablet, customer: Customer) -> str:
    """A commercial text to her in the outbox; its id."""
    unit = tablet.device.store.business_unit
    draft = delivery.Draft(
        channel="sms",
        purpose="commercial",
        customer_id=customer.id,
        sender_id=unit.id,
        store_id=tablet.store_id,
        address=customer.phone,
        body=f"(광고){unit.sender_name} 02-000-0000\n할인\n무료수신거부 080-000-0000",
    )
    return run_in_unit_of_work(lambda: delivery.enqueue(draft, actor=SYSTEM)).id


def stands(message_id: str) -> tuple[str, str | None]:
    db.session.rollback()
    message = db.session.get_one(Message, message_id)
    return message.state, message.reason


def test_a_card_says_what_is_permitted_until_when_and_why_not(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    sign_in(store_id=tablet.store_id)
    granted = statement(person.id)
    tablet.push(granted, statement(person.id, purpose="profiling", channel=None, granted=False))
    told = shown(client, person.id)
    text = told["marketing", "sms", False]
    assert (text["allowed"], text["entry"], text["until"]) == (True, granted["id"], "2028-11-20T10:00:00Z")
    assert text["sender"] == tablet.device.store.business_unit.code
    assert told["marketing", "sms", True]["reason"] == "not_granted"
    assert told["profiling", None, False]["reason_text"] == "The customer has refused."
    assert told["privacy", None, False]["allowed"] is False


def test_a_desk_records_a_withdrawal_and_shows_it_at_once(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    clerk = sign_in(store_id=tablet.store_id, role="manager")
    tablet.push(statement(person.id))
    words = statement(person.id, granted=False, evidence={"method": "paper", "form": "A-17"})["data"]
    del words["customer_id"]
    answer = client.post(f"/api/v1/customers/{person.id}/consents", json=words)
    assert answer.status_code == 201, answer.get_json()
    assert shown(client, person.id)["marketing", "sms", False]["reason"] == "withdrawn"
    assert senders(tablet, person.id) == ([], [])
    entry = db.session.query(consent.ConsentEntry).filter_by(granted=False).one()
    assert (entry.staff_id, entry.store_id, entry.evidence["form"]) == (clerk.id, tablet.store_id, "A-17")


def test_a_waiting_message_is_skipped_when_the_customer_withdraws_anywhere(tablet: Tablet, person: Customer) -> None:
    tablet.push(statement(person.id))
    waiting = advert(tablet, person)
    assert stands(waiting) == ("queued", None)
    tablet.push(statement(person.id, granted=False))
    run_in_unit_of_work(lambda: claim.claim(worker="w", channels=["sms"], limit=9))
    assert stands(waiting) == ("skipped", "refused")


def test_other_features_ask_for_many_customers_in_one_statement(tablet: Tablet) -> None:
    with unit_of_work():
        people = [factories.customer() for _ in range(9)]
    tablet.push(*(statement(each.id, purpose="sensitive", channel=None) for each in people[:3]))
    ids = [each.id for each in people]
    made: list[str] = []
    db.session.rollback()
    note = lambda *given: made.append(given[2])  # noqa: E731 - a listener
    sqlalchemy.event.listen(db.engine, "before_cursor_execute", note)
    try:
        found = consent.standing(ids, "sensitive")
    finally:
        sqlalchemy.event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in made if each.startswith("SELECT")]) == 1
    assert [found[each].allowed for each in ids] == [True] * 3 + [False] * 6


def test_other_features_hear_of_every_statement_within_its_unit_of_work(
    app: Flask, tablet: Tablet, person: Customer
) -> None:
    heard: list[object] = []
    handlers = app.extensions["dangol.events"]
    events.subscribe(app, consent.ConsentRecorded, heard.append)
    events.subscribe(app, ConsentWithdrawn, heard.append)
    try:
        refusal = statement(person.id, purpose="sensitive", channel=None, granted=False)
        tablet.push(statement(person.id, purpose="sensitive", channel=None), refusal)
    finally:
        handlers[consent.ConsentRecorded].remove(heard.append)
        handlers[ConsentWithdrawn].remove(heard.append)
    assert [type(each).__name__ for each in heard] == ["ConsentRecorded", "ConsentRecorded", "ConsentWithdrawn"]
    assert heard[-1] == ConsentWithdrawn(person.id, "sensitive")


def test_a_childs_consent_without_a_guardian_is_taken_flagged_and_does_not_count(
    tablet: Tablet, child: Customer
) -> None:
    alone = statement(child.id, purpose="privacy", channel=None)
    (result,) = tablet.push(alone)
    assert (result["status"], result["flags"]) == ("applied", ["guardian_needed"])
    assert consent.standing([child.id], "privacy")[child.id].reason == "guardian_needed"
    (result,) = tablet.push(statement(child.id, purpose="privacy", channel=None, evidence={"guardian": GUARDIAN}))
    assert result.get("flags", []) == []
    assert consent.standing([child.id], "privacy")[child.id].allowed


def test_marketing_to_a_child_is_held_whatever_was_granted(
    client: FlaskClient, sign_in: Any, tablet: Tablet, child: Customer
) -> None:
    sign_in(store_id=tablet.store_id)
    tablet.push(statement(child.id, evidence={"guardian": GUARDIAN}))
    assert senders(tablet, child.id) == ([], [])
    assert stands(advert(tablet, child)) == ("held", "under_14")
    assert shown(client, child.id)["marketing", "sms", False]["reason"] == "under_14"
    with clock.frozen(datetime(2028, 5, 5, 3, tzinfo=UTC)):
        assert stands(advert(tablet, child)) == ("queued", None)


def test_who_turns_out_to_be_a_child_is_written_to_by_nobody(tablet: Tablet, person: Customer) -> None:
    tablet.push(statement(person.id))
    waiting = advert(tablet, person)
    with unit_of_work():
        db.session.merge(person).birth_date = date(2015, 1, 1)
    run_in_unit_of_work(lambda: claim.claim(worker="w", channels=["sms"], limit=9))
    assert stands(waiting) == ("held", "under_14")


@pytest.mark.parametrize(
    ("evidence", "named"),
    [
        ({"guardian": {**GUARDIAN, "name": ""}}, "evidence.guardian.name"),
        ({"guardian": {**GUARDIAN, "verified": "trust me"}}, "evidence.guardian.verified"),
        ({"guardian": {}}, "evidence.guardian.phone"),
        ({"signature": {"width": 300, "height": 100, "path": "<script>"}}, "evidence.signature.path"),
        ({"signature": {"width": 300, "height": 100, "path": "M1 1" * 4_000}}, "evidence.signature.path"),
        ({"signature": {"path": "M1 1l2 2"}}, "evidence.signature.height"),
        ({str(number): number for number in range(21)}, "evidence"),
    ],
)
def test_evidence_that_is_no_evidence_is_named(
    tablet: Tablet, person: Customer, evidence: dict[str, Any], named: str
) -> None:
    (result,) = tablet.push(statement(person.id, evidence=evidence))
    assert result["status"] == "rejected"
    assert named in result["message"]


def test_a_drawn_signature_is_kept_with_the_statement(tablet: Tablet, person: Customer) -> None:
    drawn = {"width": 300, "height": 100, "path": "M10 20l5 5l-3 12M40 20l0 30"}
    entry = statement(person.id, evidence={"method": "signature", "signature": drawn})
    assert tablet.push(entry)[0]["status"] == "applied"
    assert db.session.get_one(consent.ConsentEntry, entry["id"]).evidence["signature"] == drawn


def test_permissions_of_nobody_are_not_found(client: FlaskClient, sign_in: Any) -> None:
    assert client.get(f"/api/v1/customers/{new_id()}/permissions").status_code == 401
    sign_in()
    assert client.get(f"/api/v1/customers/{new_id()}/permissions").status_code == 404
