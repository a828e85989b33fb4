"""The gate's lasting answers in SQL are those of the gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend.consent import ConsentEntry
from backend.core import clock
from backend.core.db import db, unit_of_work
from backend.customers import Customer
from backend.delivery import Allowed, Draft, Held, decide, reach_of, why_not
from backend.delivery.models import AddressBlock
from backend.sales import Sale, SaleReturn
from tests import factories
from tests.delivery.test_outbox import noon

if TYPE_CHECKING:
    from backend.delivery.rules import ChannelName

__all__ = ["noon"]

BODY = "(광고)한빛면세점 02-000-0000\n할인\n무료수신거부 080-000-0000"
DAYS = (1, 30, 178, 181, 184, 200, 300, 729, 730, 731, 800, 1500)


@dataclass(frozen=True)
class Said:
    """A statement: `names` picks which of her earlier refusals a grant lifts."""

    granted: bool
    night: bool
    channel: str | None
    sender: int | None
    names: int | None
    guardian: bool
    days_ago: int


@dataclass(frozen=True)
class Person:
    """A member, what she said in this order, and what is known of her number. `sale`: (days ago, came back)."""

    phone: str
    age_days: int | None
    suspended: bool
    abroad: bool
    block: tuple[str, str, int | None] | None
    sale: tuple[int, bool] | None
    said: tuple[Said, ...]


SAID = st.builds(
    Said,
    granted=st.sampled_from([True, True, False]),
    night=st.booleans(),
    channel=st.sampled_from(["sms", "sms", "call", None]),
    sender=st.sampled_from([0, 0, 0, 1, None]),
    names=st.none() | st.integers(0, 3),
    guardian=st.booleans(),
    days_ago=st.sampled_from(DAYS),
)
BLOCK = st.tuples(st.sampled_from(["sms", "call"]), st.sampled_from(["bad", "refused"]), st.sampled_from([None, 0, 1]))
PERSON = st.builds(
    Person,
    phone=st.sampled_from(["+8210", "+8210", "+8210", "+8210", "+8250", "+822", "+8270", ""]),
    age_days=st.sampled_from([None, None, 14 * 365 - 30, 14 * 365 + 4, 15 * 366, 16 * 365, 9_000]),
    suspended=st.sampled_from([False] * 7 + [True]),
    abroad=st.booleans(),
    block=st.sampled_from([False, False, True]).flatmap(lambda there: BLOCK if there else st.none()),
    sale=st.none() | st.tuples(st.sampled_from(DAYS), st.booleans()),
    said=st.lists(SAID, max_size=4).map(tuple),
)


class World:
    """Two units, the first of which may rely on the exception for existing customers; a store each in two zones."""

    def __init__(self, *, relies: bool) -> None:
        self.units = [factories.unit(existing_customers=relies), factories.unit()]
        self.home = factories.store(business_unit_id=self.units[0].id)
        self.away = factories.store(business_unit_id=self.units[0].id, time_zone="America/Los_Angeles")

    def unit(self, place: int | None) -> str | None:
        """Return the id of a unit by its place; None stays None."""
        return None if place is None else self.units[place].id

    def member(self, person: Person, number: int) -> Customer:
        """Add the member and everything about her."""
        phone = f"{person.phone}{40_000_000 + number}" if person.phone else None
        born = None if person.age_days is None else (clock.now() - timedelta(days=person.age_days)).date()
        place = self.away if person.abroad else self.home
        who = factories.customer(phone=phone, birth_date=born, home_store_id=place.id)
        if person.suspended:
            who.suspended_at, who.suspended_reason = clock.now(), "본인 요청"
        if person.block and phone:
            channel, kind, unit = person.block
            db.session.add(AddressBlock(channel=channel, kind=kind, address=phone, sender_id=self.unit(unit)))
        self._say(who, person)
        if person.sale:
            self._sell(who, place.id, *person.sale)
        return who

    def _say(self, who: Customer, person: Person) -> None:
        refusals: list[str] = []
        for each in person.said:
            names = (
                refusals[each.names % len(refusals)] if each.granted and each.names is not None and refusals else None
            )
            entry = ConsentEntry(
                customer_id=who.id,
                purpose="marketing",
                channel=each.channel,
                sender_id=self.unit(each.sender),
                night=each.night,
                granted=each.granted,
                lifts_id=names,
                guardian=each.guardian,
                wording_version="test-1",
                store_id=self.home.id,
                occurred_at=clock.now() - timedelta(days=each.days_ago, hours=1),
            )
            db.session.add(entry)
            db.session.flush()
            if not each.granted:
                refusals.append(entry.id)

    def _sell(self, who: Customer, store_id: str, days_ago: int, came_back: bool) -> None:
        at = clock.now() - timedelta(days=days_ago)
        sale = Sale(
            customer_id=who.id, store_id=store_id, currency="KRW", total=100, occurred_at=at, business_day=at.date()
        )
        db.session.add(sale)
        db.session.flush()
        if came_back:
            back = {"store_id": store_id, "reason": "-", "whole": True, "occurred_at": at, "business_day": at.date()}
            db.session.add(SaleReturn(sale_id=sale.id, **back))


def by_the_gate(who: Customer, world: World, channel: ChannelName) -> str | None:
    """What the gate says of an advertisement to her, leaving out what passes."""
    draft = Draft(
        channel=channel,
        purpose="commercial",
        customer_id=who.id,
        sender_id=world.units[0].id,
        store_id=world.home.id,
        address=who.phone,
        body=BODY,
    )
    (verdict,) = decide([draft])
    if isinstance(verdict, Allowed) or (isinstance(verdict, Held) and verdict.until is not None):
        return None
    return verdict.reason


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(PERSON, min_size=40, max_size=60), relies=st.booleans(), channel=st.sampled_from(["sms", "call"])
)
def test_sql_and_gate_agree_on_everybody(people: list[Person], *, relies: bool, channel: ChannelName) -> None:
    with unit_of_work():
        world = World(relies=relies)
        members = [world.member(person, number) for number, person in enumerate(people)]
        sender = world.units[0].id
        ids = [who.id for who in members]
        found = select(Customer.id, why_not(sender, channel=channel)).where(Customer.id.in_(ids))
        said = dict(iter(db.session.execute(found)))
        expected = {who.id: by_the_gate(who, world, channel) for who in members}
        assert said == expected
        reach = reach_of(select(Customer.id).where(Customer.id.in_(ids)), sender, channel=channel)
        assert reach.reachable == sum(reason is None for reason in expected.values())
        assert sum(reach.reasons.values()) + reach.reachable == len(members)
        db.session.rollback()


@pytest.mark.parametrize(
    ("born", "reason"),
    [(date(2012, 11, 10), None), (date(2012, 11, 11), "under_14")],
    ids=["fourteen today", "fourteen tomorrow"],
)
def test_whoever_turns_fourteen_today_in_seoul_is_no_child(born: date, reason: str | None) -> None:
    with unit_of_work():
        world = World(relies=False)
        grown_up = Said(granted=True, night=False, channel="sms", sender=0, names=None, guardian=True, days_ago=30)
        person = Person("+8210", None, suspended=False, abroad=False, block=None, sale=None, said=(grown_up,))
        who = world.member(person, 1)
        who.birth_date = born
        db.session.flush()
        found = db.session.scalar(select(why_not(world.units[0].id)).where(Customer.id == who.id))
        assert found == reason == by_the_gate(who, world, "sms")
