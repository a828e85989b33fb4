"""Whoever bought may be written to for six months without a consent, where the sender relies on that exception."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy

from backend import consent, delivery
from backend.core import clock
from backend.core.audit import SYSTEM, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.delivery import Draft, Message, claim
from backend.delivery.limits.service import DEFAULT, set_limits
from backend.organization import BusinessUnit
from backend.sales import deals
from backend.unify import merges
from tests import factories, plans
from tests.consent.test_consents import senders, statement
from tests.consent.test_permissions import advert, shown, stands
from tests.privacy.planted import mutation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from backend.customers import Customer
    from tests.conftest import Tablet

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)
TEXT = ("marketing", "sms", False)


@pytest.fixture(autouse=True)
def noon(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(NOON):
        yield


@pytest.fixture
def person(tablet: Tablet) -> Customer:
    with unit_of_work():
        factories.product(sku="A1")
        return factories.customer(home_store_id=tablet.store_id)


@pytest.fixture
def relying(tablet: Tablet) -> BusinessUnit:
    """The tablet's business unit, which relies on the exception."""
    return rely(tablet)


def rely(tablet: Tablet) -> BusinessUnit:
    with unit_of_work():
        unit = db.session.get_one(BusinessUnit, tablet.device.store.business_unit_id)
        unit.existing_customers = True
    return unit


def buy(tablet: Tablet, customer: Customer, at: datetime, *, quantity: int = 1) -> str:
    line = {"sku": "A1", "quantity": quantity, "amount": 10_000 * quantity}
    with clock.frozen(max(at, NOON)):
        sale = mutation(
            "sale.log", customer_id=customer.id, lines=[line], currency="KRW", occurred_at=clock.rfc3339(at), note=None
        )
        (result,) = tablet.push(sale)
    assert result["status"] == "applied", result
    return str(sale["id"])


def bring_back(tablet: Tablet, sale: str, quantity: int) -> None:
    lines = [{"line": 0, "quantity": quantity}]
    back = mutation("sale.return", sale_id=sale, lines=lines, reason="x", occurred_at=clock.rfc3339(NOON))
    assert tablet.push(back)[0]["status"] == "applied"


def text_at(at: datetime, tablet: Tablet, customer: Customer) -> tuple[str, str | None]:
    with clock.frozen(at):
        return stands(advert(tablet, customer))


def test_no_sender_relies_on_a_purchase_unless_an_admin_switched_it_on(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    buy(tablet, person, NOON - timedelta(days=1))
    assert stands(advert(tablet, person)) == ("skipped", "no_consent")
    address = f"/api/v1/business-units/{tablet.device.store.business_unit_id}"
    sign_in(role="manager", store_id=tablet.store_id)
    assert client.patch(address, json={"existing_customers": True}).status_code == 403
    sign_in(role="admin")
    assert client.patch(address, json={}).status_code == 422
    assert client.patch(address, json={"existing_customers": "yes"}).status_code == 422
    answer = client.patch(address, json={"existing_customers": True})
    assert (answer.status_code, answer.get_json()["existing_customers"], answer.get_json()["shares"]) == (
        200,
        True,
        "all",
    )
    db.session.rollback()
    assert db.session.query(AuditEntry).filter_by(action="business_unit.existing_customers").one().detail == {
        "relied_on": True
    }
    assert stands(advert(tablet, person)) == ("queued", None)
    assert db.session.query(Message).filter_by(state="queued").one().basis == "existing_customer"


def test_what_waits_stays_when_the_switch_goes_off(tablet: Tablet, person: Customer, relying: BusinessUnit) -> None:
    buy(tablet, person, NOON - timedelta(days=1))
    waiting = advert(tablet, person)
    with unit_of_work():
        db.session.merge(relying).existing_customers = False
    run_in_unit_of_work(lambda: claim.claim(worker="w", channels=["sms"], limit=9))
    assert stands(waiting) == ("skipped", "no_consent")


@pytest.mark.parametrize(
    ("deal", "until"),
    [
        (datetime(2026, 5, 21, 12, tzinfo=SEOUL), datetime(2026, 11, 21, 12, tzinfo=SEOUL)),
        # The 31st: the last day of a shorter month, by the clock of the store.
        (datetime(2026, 5, 31, 12, tzinfo=SEOUL), datetime(2026, 11, 30, 12, tzinfo=SEOUL)),
        (datetime(2026, 8, 31, 12, tzinfo=SEOUL), datetime(2027, 2, 28, 12, tzinfo=SEOUL)),
        # In UTC this deal was on the 30th still.
        (datetime(2026, 8, 31, 8, 30, tzinfo=SEOUL), datetime(2027, 2, 28, 8, 30, tzinfo=SEOUL)),
        (datetime(2026, 12, 31, 12, tzinfo=SEOUL), datetime(2027, 6, 30, 12, tzinfo=SEOUL)),
    ],
)
@pytest.mark.usefixtures("relying")
def test_six_months_end_at_the_same_minute_of_the_stores_clock(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer, deal: datetime, until: datetime
) -> None:
    buy(tablet, person, deal)
    last = until - timedelta(seconds=1)
    assert text_at(last, tablet, person) == ("queued", None)
    assert text_at(until, tablet, person) == ("skipped", "no_consent")
    with clock.frozen(last):
        sign_in(role="admin")
        told = shown(client, person.id)[TEXT]
    assert (told["allowed"], told["reason"], told["until"]) == (True, "existing_customer", clock.rfc3339(until))
    assert told["since"] == clock.rfc3339(deal)
    with clock.frozen(until):
        assert TEXT not in shown(client, person.id), "for head office no sender has anything to do with her"


@pytest.mark.usefixtures("relying")
def test_a_sale_that_came_back_wholly_was_no_deal_and_one_in_part_is(tablet: Tablet, person: Customer) -> None:
    with unit_of_work():
        # In a house that leaves nobody in peace after a return.
        set_limits(asdict(DEFAULT) | {"return_days": 0}, acting_staff=SYSTEM)
    sale = buy(tablet, person, NOON - timedelta(days=1), quantity=2)
    bring_back(tablet, sale, 1)
    assert stands(advert(tablet, person)) == ("queued", None)
    bring_back(tablet, sale, 1)
    assert stands(advert(tablet, person)) == ("skipped", "no_consent")
    buy(tablet, person, NOON - timedelta(days=200))
    assert stands(advert(tablet, person)) == ("skipped", "no_consent")
    buy(tablet, person, NOON - timedelta(days=100))
    assert stands(advert(tablet, person)) == ("queued", None)


@pytest.mark.usefixtures("relying")
def test_a_sale_that_a_wrong_clock_dates_ahead_does_not_count_yet(tablet: Tablet, person: Customer) -> None:
    buy(tablet, person, NOON + timedelta(days=30))
    assert text_at(NOON, tablet, person) == ("skipped", "no_consent")


@pytest.mark.usefixtures("relying")
def test_who_bought_from_one_sender_is_no_customer_of_another(
    tablet: Tablet, make_tablet: Any, person: Customer
) -> None:
    other = make_tablet()
    rely(other)
    buy(tablet, person, NOON - timedelta(days=1))
    assert stands(advert(other, person)) == ("skipped", "no_consent")
    assert consent.may_text(person.id) == {tablet.device.store.business_unit.code}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([{"granted": False}], "refused"),
        ([{}, {"granted": False}], "withdrawn"),
        ([{"granted": False, "channel": None}], "refused"),
    ],
)
@pytest.mark.usefixtures("relying")
def test_a_refusal_or_withdrawal_wins_over_any_purchase(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer, said: list[dict[str, Any]], reason: str
) -> None:
    sign_in(store_id=tablet.store_id)
    tablet.push(*(statement(person.id, **each) for each in said))
    buy(tablet, person, NOON - timedelta(minutes=1))
    assert stands(advert(tablet, person)) == ("skipped", "refused")
    assert shown(client, person.id)[TEXT]["reason"] == reason


@pytest.mark.usefixtures("relying")
def test_a_child_who_bought_is_not_written_to(client: FlaskClient, sign_in: Any, tablet: Tablet) -> None:
    sign_in(store_id=tablet.store_id)
    with unit_of_work():
        factories.product(sku="A1")
        child = factories.customer(home_store_id=tablet.store_id, birth_date=date(2014, 5, 5))
    buy(tablet, child, NOON - timedelta(days=1))
    assert stands(advert(tablet, child)) == ("held", "under_14")
    assert shown(client, child.id)[TEXT]["reason"] == "under_14"


@pytest.mark.usefixtures("relying")
def test_at_night_only_a_consent_for_the_night_counts(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    sign_in(store_id=tablet.store_id)
    buy(tablet, person, NOON - timedelta(days=1))
    night = datetime(2026, 11, 21, 22, tzinfo=SEOUL)
    assert text_at(night, tablet, person) == ("held", "night")
    told = shown(client, person.id)
    assert (told[TEXT]["allowed"], told["marketing", "sms", True]["allowed"]) == (True, False)
    tablet.push(statement(person.id), statement(person.id, night=True))
    assert text_at(night, tablet, person) == ("queued", None)


@pytest.mark.usefixtures("relying")
def test_tablets_hold_consents_alone(tablet: Tablet, person: Customer) -> None:
    buy(tablet, person, NOON - timedelta(days=1))
    assert senders(tablet, person.id) == ([], [])


def test_what_a_unit_keeps_to_itself_is_not_told_by_a_permission_either(
    client: FlaskClient, sign_in: Any, tablet: Tablet, make_tablet: Any, person: Customer
) -> None:
    other = make_tablet()
    rely(other)
    buy(other, person, NOON - timedelta(days=1))
    buy(tablet, person, NOON - timedelta(days=1))
    sign_in(store_id=tablet.store_id)

    def told() -> list[str]:
        items = client.get(f"/api/v1/customers/{person.id}/permissions").get_json()["items"]
        return [each["sender"] for each in items if each["reason"] == "existing_customer"]

    assert told() == [other.device.store.business_unit.code] * 3
    with unit_of_work():
        db.session.get_one(BusinessUnit, other.device.store.business_unit_id).shares = "own"
    assert told() == []


def test_many_texts_ask_for_their_deals_at_once_by_the_index_of_customers(
    tablet: Tablet, relying: BusinessUnit
) -> None:
    with unit_of_work():
        factories.product(sku="A1")
        people = [factories.customer(home_store_id=tablet.store_id) for _ in range(6)]
    for each in people[:3]:
        buy(tablet, each, NOON - timedelta(days=1))
    drafts = [
        Draft(
            channel="call", purpose="commercial", customer_id=each.id, sender_id=relying.id, store_id=tablet.store_id,
            address=each.phone, body="",
        )
        for each in people
    ]  # fmt: skip
    made: list[str] = []
    db.session.rollback()
    note = lambda *given: made.append(given[2])  # noqa: E731 - a listener
    sqlalchemy.event.listen(db.engine, "before_cursor_execute", note)
    try:
        verdicts = delivery.decide(drafts)
    finally:
        sqlalchemy.event.remove(db.engine, "before_cursor_execute", note)
    assert [type(each).__name__ for each in verdicts] == ["Allowed"] * 3 + ["Skipped"] * 3
    assert len([each for each in made if "FROM sale JOIN store" in each]) == 1
    query = deals.ended([each.id for each in people], [relying.id], since=date(2026, 5, 19), now=NOON)
    db.session.rollback()
    with clock.frozen(NOON):
        steps = plans.steps(query, without=["ix_sale_store"])
    assert "ix_sale_customer" in steps
    assert "ix_sale_return_" in steps


def test_a_purchase_of_somebody_merged_into_her_is_hers_until_they_are_parted(
    tablet: Tablet, person: Customer, relying: BusinessUnit
) -> None:
    with unit_of_work():
        other = factories.customer(home_store_id=tablet.store_id)
    buy(tablet, other, NOON - timedelta(days=1))
    ids, unit = [person.id, other.id], relying.id
    merge = run_in_unit_of_work(lambda: merges.merge(ids[0], ids[1], acting_staff=SYSTEM).id)
    assert list(consent.deals(ids)) == [(ids[0], unit)]
    run_in_unit_of_work(lambda: merges.undo(merge, acting_staff=SYSTEM))
    assert list(consent.deals(ids)) == [(ids[1], unit)]
