"""Whatever happens in whatever order, nothing commercial passes after a refusal that no later grant names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend import consent
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.ids import new_id
from backend.delivery import claim
from backend.delivery.limits.service import set_limits
from backend.delivery.models import AddressBlock, Message
from backend.delivery.outcomes import Report, apply_report
from backend.delivery.states import State
from backend.unify import merges
from tests import factories
from tests.delivery.test_outbox import advert, get, noon
from tests.sms import worlds

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["noon"]

NO_LIMITS: dict[str, int | None] = {"per_day": None, "per_week": None, "per_month": None}
NO_LIMITS |= dict.fromkeys(("complaint_days", "return_days", "same_content_days"), 0)
SENDERS = st.sampled_from(["ours", "theirs", None])
GRANT = st.tuples(st.just("grant"), SENDERS, st.none() | st.integers(0, 3))
REFUSE = st.tuples(st.just("refuse"), SENDERS, st.sampled_from(["sms", None, "call"]))
EVENTS = st.one_of(
    GRANT,
    REFUSE,
    st.tuples(st.just("refuse_by_number"), SENDERS, st.none()),
    st.tuples(st.just("carrier"), st.none(), st.booleans()),
    st.tuples(st.just("merge"), SENDERS, st.none()),
    st.tuples(st.just("claim"), st.none(), st.none()),
)
AGREED, REFUSED, CLAIMED = ("grant", "ours", None), ("refuse", "ours", "sms"), ("claim", None, None)


@dataclass
class World:
    """What was said so far, as a person would keep account of it."""

    ours: worlds.Shop
    theirs: worlds.Shop
    customer: str
    phone: str
    # Refusals in the ledger that concern texts of ours, by entry; those by number, which nothing lifts.
    standing: set[str] = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)
    by_number: bool = False
    granted: bool = False

    def happen(self, event: tuple[str, Any, Any]) -> None:
        """Have it happen in a unit of work of its own, and keep account."""
        name, sender, how = event
        run_in_unit_of_work(lambda: getattr(self, f"_{name}")(sender, how))

    def _say(self, customer: str, sender: str | None, channel: str | None, **values: Any) -> str:
        key = new_id()
        code = {"ours": self.ours.unit.code, "theirs": self.theirs.unit.code, None: None}[sender]
        said = {"purpose": "marketing", "channel": channel, "sender": code, "wording_version": "test-1"}
        said |= {"occurred_at": clock.now() - timedelta(hours=1)} | values
        consent.record(customer, said, acting_staff=SYSTEM, store_id=None, entry_id=key)
        return key

    def _grant(self, sender: str | None, how: int | None) -> None:
        lifts = self.refusals[how % len(self.refusals)] if how is not None and self.refusals else None
        self._say(self.customer, sender, "sms", granted=True, lifts=lifts)
        self.granted |= sender == "ours"
        # Who grants to one sender lifts nothing that was said to another.
        if sender != "theirs":
            self.standing.discard(lifts or "")

    def _refuse(self, sender: str | None, how: str | None, customer: str | None = None) -> None:
        key = self._say(customer or self.customer, sender, how, granted=False)
        self.refusals.append(key)
        if how != "call" and sender != "theirs":
            self.standing.add(key)

    def _refuse_by_number(self, sender: str | None, _: None) -> None:
        unit = {"ours": self.ours.unit.id, "theirs": self.theirs.unit.id, None: None}[sender]
        known = db.select(AddressBlock).filter_by(address=self.phone, sender_id=unit)
        if db.session.scalar(known) is None:
            db.session.add(AddressBlock(channel="sms", address=self.phone, kind="refused", sender_id=unit))
        self.by_number |= sender != "theirs"

    def _carrier(self, _: None, known: bool) -> None:
        customer = self.customer if known else None
        sent = Message(channel="sms", purpose="service", customer_id=customer, sender_id=self.ours.unit.id)
        sent.address, sent.body, sent.state, sent.size = self.phone, "안녕하세요", State.ACCEPTED, 1
        db.session.add(sent)
        db.session.flush()
        before = set(_refusals(self.customer))
        told = Report(
            message_id=sent.id, ref=sent.id, status="failed", state=State.FAILED, reason="unsubscribed",
            consequence="refusal", raw={},
        )  # fmt: skip
        assert apply_report(told)
        db.session.flush()
        new = set(_refusals(self.customer)) - before
        assert len(new) == known
        self.refusals += new
        self.standing |= new
        self.by_number |= not known

    def _merge(self, sender: str | None, _: None) -> None:
        other = factories.customer(home_store_id=self.ours.store.id, phone=self.phone)
        self._refuse(sender, "sms", other.id)
        merges.merge(self.customer, other.id, acting_staff=SYSTEM)

    def _claim(self, _sender: None, _how: None) -> None:
        claim.claim(worker="w", channels=["sms"], limit=50)


def _refusals(customer: str) -> list[str]:
    entry = consent.ConsentEntry
    return list(db.session.scalars(db.select(entry.id).where(entry.customer_id == customer, entry.granted.is_(False))))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, max_size=6), late=st.integers(0, 6))
@example(events=[AGREED, ("refuse_by_number", None, None)], late=1)
@example(events=[AGREED, ("refuse_by_number", "theirs", None)], late=1)
@example(events=[AGREED, REFUSED, ("refuse", None, None), ("grant", "ours", 0)], late=4)
@example(events=[AGREED, REFUSED, ("grant", "ours", None)], late=3)
@example(events=[AGREED, REFUSED, ("grant", "ours", 0), CLAIMED], late=3)
@example(events=[AGREED, ("carrier", None, True)], late=1)
@example(events=[AGREED, ("carrier", None, False)], late=1)
@example(events=[AGREED, ("merge", "ours", None)], late=1)
@example(events=[AGREED, CLAIMED, REFUSED], late=2)
def test_no_sequence_of_events_lets_an_advertisement_pass_after_a_refusal_that_no_later_grant_names(
    app: Flask,  # noqa: ARG001 - rows need the app's database
    events: list[tuple[str, Any, Any]],
    late: int,
) -> None:
    ours, theirs, phone = worlds.shop(), worlds.shop(), f"+8210{int(new_id()[-7:], 16) % 90_000_000 + 10_000_000}"
    run_in_unit_of_work(lambda: set_limits(NO_LIMITS, acting_staff=SYSTEM))
    world = World(ours, theirs, worlds.customer(ours, phone=phone).id, phone)
    waiting: list[str] = []
    for number, event in enumerate([*events, ("claim", None, None)]):
        if number == late % (len(events) + 1):
            waiting.append(advert(ours, world.customer, address=phone))
        refused, queued = bool(world.standing) or world.by_number, [each for each in waiting if _is_queued(each)]
        world.happen(event)
        for each in queued if event[0] == "claim" else []:
            went = get(each).state == State.SENDING
            assert not (went and refused), "it passed a refusal that stands"
            assert not (went and not world.granted), "it passed without a ground"
            assert went or refused or not world.granted, "it was kept though nothing stands in its way"


def _is_queued(message: str) -> bool:
    return get(message).state == State.QUEUED
