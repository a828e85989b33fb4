"""The outbox: claims, leases, outcomes and the dispatcher, over a channel that does as it is told."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend import delivery
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, table_of
from backend.core.ids import new_id
from backend.delivery import (
    Accepted,
    Draft,
    Lookup,
    Message,
    Missing,
    NotProcessed,
    Outcome,
    OutcomeUnknown,
    Outgoing,
    Refused,
    Route,
    State,
    claim,
    enqueue,
    lookups,
)
from backend.delivery.models import MessageAttempt
from backend.delivery.outcomes import ATTEMPTS, Report, Result, apply_report, record
from tests import plans
from tests.sms import worlds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from flask import Flask

    from backend.delivery import ChannelName, Contact, Transport


@pytest.fixture(autouse=True)
def noon(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(worlds.NOON):
        yield


def put(**values: Any) -> str:
    """Put a service text to nobody in particular into the outbox; its id."""
    draft = Draft(
        **{
            "channel": "sms",
            "purpose": "service",
            "customer_id": None,
            "sender_id": None,
            "store_id": None,
            "address": "+821048214821",
            "body": "안녕하세요",
        }
        | values
    )
    message: Message = run_in_unit_of_work(lambda: enqueue(draft, actor=SYSTEM))
    return message.id


def advert(shop: worlds.Shop, customer_id: str, **values: Any) -> str:
    body = "(광고)하늘면세점 1588-0000\n할인\n무료수신거부 080-000-0000"
    ours = {"purpose": "commercial", "customer_id": customer_id, "sender_id": shop.unit.id, "store_id": shop.store.id}
    return put(**{"body": body} | ours | values)


def take(limit: int = 10) -> list[Outgoing]:
    claimed = run_in_unit_of_work(lambda: claim.claim(worker="w1", channels=["sms"], limit=limit))
    return [outgoing for _, outgoing in claimed.outgoing]


def get(message_id: str) -> Message:
    db.session.expire_all()
    found = db.session.get(Message, message_id)
    assert found is not None
    return found


def finish(outgoing: Outgoing, outcome: Outcome) -> Message:
    run_in_unit_of_work(lambda: record([Result(outgoing, outcome, clock.now())]))
    return get(outgoing.id)


def later(**delta: float) -> Any:
    return clock.frozen(clock.now() + timedelta(**delta))


def test_a_claimed_message_is_sending_before_anybody_is_called() -> None:
    message_id = put()
    (outgoing,) = take()
    message = get(message_id)
    assert (message.state, message.attempts, message.worker) == ("sending", 1, "w1")
    assert message.lease_until == clock.now() + claim.LEASE
    plain = Outgoing(id=message_id, attempt=1, address="+821048214821", body="안녕하세요", purpose="service")
    assert replace(outgoing, route=None) == plain
    assert take() == []


def test_the_most_urgent_go_first_and_then_the_oldest() -> None:
    campaign, first, second = put(priority=9), put(priority=1), put(priority=1)
    assert [each.id for each in take(2)] == [first, second]
    assert [each.id for each in take(2)] == [campaign]


def test_the_gate_is_asked_again_when_a_message_is_claimed() -> None:
    shop = worlds.shop()
    customer = worlds.customer(shop, agreed=True)
    message_id = advert(shop, customer.id)
    assert get(message_id).state == "queued"
    run_in_unit_of_work(lambda: worlds.say(customer.id, shop, granted=False))
    assert take() == []
    assert (get(message_id).state, get(message_id).reason) == ("skipped", "refused")


def test_what_is_held_for_the_night_goes_in_the_morning() -> None:
    shop = worlds.shop()
    customer = worlds.customer(shop, agreed=True)
    with clock.frozen(worlds.NIGHT):
        message_id = advert(shop, customer.id)
        assert get(message_id).state == "held"
        assert not claim.has_work()
        assert take() == []
    with clock.frozen(worlds.NIGHT + timedelta(hours=10)):
        assert claim.has_work()
        assert [each.id for each in take()] == [message_id]


def test_a_commercial_text_does_not_outlive_the_evening_in_the_providers_queue() -> None:
    shop = worlds.shop()
    by_day = worlds.customer(shop, agreed=True)
    advert(shop, by_day.id)
    put(not_after=clock.now() + timedelta(minutes=5))
    put()
    assert [each.ttl for each in take()] == [9 * 3600, 300, None]


def test_what_is_held_for_something_unknown_is_looked_at_again_within_the_hour() -> None:
    shop = worlds.shop()
    customer = worlds.customer(shop, agreed=True)
    message_id = advert(shop, customer.id, store_id=None)
    assert get(message_id).reason == "unknown_time_zone"
    with later(minutes=61):
        assert claim.has_work()
        assert take() == []
        assert (get(message_id).state, get(message_id).reason) == ("held", "unknown_time_zone")


def test_a_message_past_its_time_is_skipped() -> None:
    message_id = put(not_after=clock.now() + timedelta(minutes=1))
    with later(minutes=2):
        assert take() == []
    assert get(message_id).reason == "too_late"


def test_a_worker_that_died_leaves_messages_unknown_and_never_sends_them_again() -> None:
    message_id = put()
    take()
    with later(seconds=claim.LEASE.total_seconds() + 1):
        assert claim.has_work()
        assert take() == []
        assert (get(message_id).state, get(message_id).reason) == ("unknown", "outcome_unknown")
        assert not claim.has_work()
    with later(days=1):
        assert take() == []


def test_an_answer_that_comes_after_the_lease_still_counts() -> None:
    put()
    (outgoing,) = take()
    with later(minutes=5):
        take()
        assert finish(outgoing, Accepted(ref="SM1")).state == "accepted"


def test_what_is_accepted_keeps_reference_size_and_attempt() -> None:
    put()
    (outgoing,) = take()
    message = finish(outgoing, Accepted(ref="SM1", size=3))
    assert (message.state, message.provider_ref, message.size) == ("accepted", "SM1", 3)
    attempt = db.session.scalars(select(MessageAttempt)).one()
    assert (attempt.number, attempt.outcome, attempt.provider_ref) == (1, "accepted", "SM1")
    assert attempt.ended_at is not None


def test_a_refused_message_has_failed_with_the_reason_and_blocks_the_number() -> None:
    put()
    (outgoing,) = take()
    message = finish(outgoing, Refused(reason="landline", code="21614", consequence="block"))
    assert (message.state, message.reason, message.provider_code) == ("failed", "landline", "21614")
    assert get(put()).reason == "number_suppressed"


def test_an_opt_out_of_a_number_nobody_is_known_by_stops_advertising_to_it() -> None:
    shop = worlds.shop()
    put(sender_id=shop.unit.id)
    (outgoing,) = take()
    finish(outgoing, Refused(reason="unsubscribed", code="21610", consequence="refusal"))
    customer = worlds.customer(shop, agreed=True)
    assert get(advert(shop, customer.id)).reason == "refused"
    assert get(put()).state == "queued"


def test_what_was_not_processed_waits_and_goes_again() -> None:
    message_id = put()
    (first,) = take()
    message = finish(first, NotProcessed(reason="throttled", code="20429", retry_after=7))
    assert (message.state, message.reason) == ("held", "throttled")
    assert message.due_at is not None
    assert message.due_at >= clock.now() + timedelta(seconds=7)
    assert take() == []
    with later(minutes=1):
        (second,) = take()
        assert (second.id, second.attempt) == (message_id, 2)


def test_what_is_never_processed_is_given_up() -> None:
    message_id = put()
    for hours in range(1, ATTEMPTS + 1):
        with later(hours=hours):
            (outgoing,) = take()
            finish(outgoing, NotProcessed(reason="provider_unreachable"))
    assert (get(message_id).state, get(message_id).reason) == ("failed", "provider_unreachable")


def test_an_unknown_outcome_stays_until_a_report_resolves_it() -> None:
    message_id = put()
    (outgoing,) = take()
    assert finish(outgoing, OutcomeUnknown(detail="reset")).state == "unknown"
    assert take() == []
    report(message_id, "delivered", State.DELIVERED)
    assert get(message_id).state == "delivered"


def report(message_id: str, status: str, state: State, ref: str = "SM1") -> bool:
    told = Report(message_id=message_id, ref=ref, status=status, state=state, raw={})
    return run_in_unit_of_work(lambda: apply_report(told))


def test_a_report_may_overtake_the_answer_to_the_call() -> None:
    message_id = put()
    (outgoing,) = take()
    report(message_id, "delivered", State.DELIVERED)
    message = finish(outgoing, Accepted(ref="SM1", size=2))
    assert (message.state, message.size) == ("delivered", 2)
    assert finish(outgoing, OutcomeUnknown()).state == "delivered"


def test_an_answer_to_an_earlier_attempt_changes_nothing_but_that_attempt() -> None:
    put()
    (first,) = take()
    finish(first, NotProcessed(reason="throttled"))
    with later(minutes=1):
        take()
        assert finish(first, Refused(reason="bad_number")).state == "sending"


@dataclass
class Channel:
    """A channel in memory. `answer` decides on each message; `delay` is in seconds."""

    answer: Callable[[Outgoing], Outcome]
    delay: float = 0.0
    sent: list[str] = field(default_factory=list)
    listed: dict[str, Accepted | Missing] = field(default_factory=dict)
    under_way: int = 0
    most: int = 0
    name: ChannelName = "sms"

    def routes(self, contacts: Sequence[Contact]) -> list[Route | None]:
        """Have one way, on which everything is in order."""
        return [Route("memory", "다온메시징(주)", "+8215880000") for _ in contacts]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Transport]:
        """Be one's own transport."""
        yield self

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Note what is sent and answer as told."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.delay)
        self.under_way -= 1
        self.sent.append(outgoing.id)
        return self.answer(outgoing)

    async def find(self, lookup: Lookup) -> Accepted | Missing | None:
        """Answer from the list."""
        return self.listed.get(lookup.id)


@pytest.fixture
def dispatched(app: Flask) -> Iterator[Any]:
    """Run the dispatcher over a channel until a condition holds: `dispatched(channel, until)`."""
    before = dict(app.extensions["dangol.delivery.channels"])
    companions = app.extensions["dangol.delivery.companions"]
    app.extensions["dangol.delivery.companions"] = []

    def run(channel: Channel, until: Callable[[], bool]) -> None:
        delivery.register(app, channel)
        stop = threading.Event()
        thread = threading.Thread(target=delivery.run_dispatcher, args=(app, stop))
        thread.start()
        deadline = time.monotonic() + 20
        while not until() and time.monotonic() < deadline:
            time.sleep(0.02)
            db.session.rollback()
        stop.set()
        thread.join(20)
        assert not thread.is_alive()

    yield run
    app.extensions["dangol.delivery.channels"] = before
    app.extensions["dangol.delivery.companions"] = companions


def states(ids: list[str]) -> set[str]:
    return {get(each).state for each in ids}


def test_the_dispatcher_sends_each_message_once_and_at_most_64_at_a_time(dispatched: Any) -> None:
    ids = [put() for _ in range(150)]
    channel = Channel(lambda outgoing: Accepted(ref=f"SM-{outgoing.id}"), delay=0.01)
    dispatched(channel, lambda: len(channel.sent) == len(ids))
    assert sorted(channel.sent) == sorted(ids)
    assert 1 < channel.most <= 64
    assert states(ids) == {"accepted"}


def test_the_dispatcher_finishes_what_is_under_way_when_it_is_told_to_stop(dispatched: Any) -> None:
    ids = [put() for _ in range(5)]
    channel = Channel(lambda outgoing: Accepted(ref=f"SM-{outgoing.id}"), delay=0.5)
    dispatched(channel, lambda: channel.under_way == 5)
    assert states(ids) == {"accepted"}


def test_a_transport_that_breaks_leaves_the_message_unknown_and_the_others_going(dispatched: Any) -> None:
    bad, good = put(priority=1), put(priority=2)

    def answer(outgoing: Outgoing) -> Outcome:
        if outgoing.id == bad:
            raise KeyError(outgoing.id)
        return Accepted(ref="SM1")

    channel = Channel(answer)
    dispatched(channel, lambda: len(channel.sent) == 2)
    assert (get(bad).state, get(good).state) == ("unknown", "accepted")


def test_a_channel_that_cannot_be_opened_keeps_what_is_its_own_and_stops_no_other(app: Flask, dispatched: Any) -> None:
    class Shut(Channel):
        def open(self) -> Any:
            raise ModuleNotFoundError(self.name)

    delivery.register(app, Shut(lambda _: Accepted(ref=""), name="push"))
    other, ours = put(channel="push"), put()
    channel = Channel(lambda _: Accepted(ref="SM1"))
    dispatched(channel, lambda: channel.sent == [ours])
    assert (get(other).state, get(ours).state) == ("queued", "accepted")


def test_a_provider_that_gives_one_reference_twice_holds_up_nobody(dispatched: Any) -> None:
    ids = [put() for _ in range(6)]
    channel = Channel(lambda _: Accepted(ref="SM1"))
    dispatched(channel, lambda: "accepted" in states(ids) and len(channel.sent) == len(ids))
    later_one = put()
    good = Channel(lambda outgoing: Accepted(ref=outgoing.id))
    dispatched(good, lambda: get(later_one).state == "accepted")
    assert get(later_one).state == "accepted"
    assert sorted(get(each).state for each in ids) == ["accepted"] + ["sending"] * 5


def lost(**values: Any) -> tuple[str, Outgoing]:
    message_id = put(**values)
    (outgoing,) = take()
    finish(outgoing, OutcomeUnknown())
    return message_id, outgoing


def settle(message_id: str, answer: Accepted | Missing | None) -> bool:
    settled: bool = run_in_unit_of_work(lambda: lookups.settle(message_id, answer, asked_at=clock.now()))
    return settled


def look_up() -> list[Lookup]:
    return [each for _, each in run_in_unit_of_work(lambda: lookups.take(channels=["sms"], limit=10))]


def test_an_unknown_outcome_is_looked_up_three_times_at_growing_distances() -> None:
    message_id, _ = lost(at_most_once=True)
    assert not lookups.is_due()
    assert look_up() == []
    for minutes in (1, 12, 80):
        with later(minutes=minutes):
            assert lookups.is_due()
            assert [each.id for each in look_up()] == [message_id]
            assert look_up() == []
            assert not settle(message_id, None)
            assert look_up() == []
    with later(days=1):
        assert not lookups.is_due()
    assert get(message_id).state == "unknown"


def test_a_look_that_a_dying_worker_never_made_is_made_by_another() -> None:
    message_id, _ = lost()
    for minutes in (1, 12, 23, 34):
        with later(minutes=minutes):
            assert [each.id for each in look_up()] == [message_id]
            assert look_up() == []
    with later(minutes=34):
        assert settle(message_id, Missing()) is False
    with later(minutes=45):
        assert [each.id for each in look_up()] == [message_id]
        assert settle(message_id, Missing())
    assert get(message_id).state == "queued"


def test_a_lookup_resolves_what_it_finds_and_gives_no_reference_twice() -> None:
    (first, _), (second, _) = lost(), lost()
    assert settle(first, Accepted(ref="SM1", state=State.SENT))
    assert (get(first).state, get(first).provider_ref) == ("sent", "SM1")
    assert not settle(second, Accepted(ref="SM1"))
    assert get(second).state == "unknown"
    with later(minutes=11):
        assert [each.known_refs for each in look_up()] == [frozenset({"SM1"})]


def test_the_dispatcher_asks_for_what_a_dead_worker_left(dispatched: Any) -> None:
    with clock.frozen(clock.now() - timedelta(days=1)):
        message_id, _ = lost()
    channel = Channel(lambda _: OutcomeUnknown(), listed={message_id: Accepted(ref="SM1", state=State.DELIVERED)})
    dispatched(channel, lambda: get(message_id).state == "delivered")
    assert channel.sent == []
    assert get(message_id).state == "delivered"


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (
            select(Message.id)
            .where(claim.is_in(State.QUEUED), Message.channel == "sms")
            .where(Message.sender_id == new_id(), Message.batch_id == new_id())
            .order_by(Message.priority, Message.id),
            "ix_message_claim",
        ),
        (select(Message.id).where(claim.is_in(State.HELD), Message.due_at <= worlds.NOON), "ix_message_due"),
        (select(Message.id).where(claim.is_in(State.SENDING), Message.lease_until <= worlds.NOON), "ix_message_lease"),
        (select(Message.id).where(claim.is_in(State.UNKNOWN), Message.due_at <= worlds.NOON), "ix_message_lookup"),
    ],
)
def test_each_look_at_the_outbox_uses_its_own_small_index(statement: Any, index: str) -> None:
    # Of an empty table every index is read as fast: what may be used at all shows when only the index is left.
    others = [str(each.name) for each in table_of(Message).indexes if each.name != index]
    assert index in plans.steps(statement, without=others)


def test_a_failure_that_only_the_list_tells_of_has_a_reason_too() -> None:
    message_id = put()
    (outgoing,) = take()
    finish(outgoing, OutcomeUnknown())
    failed = Accepted(ref="SM1", state=State.UNDELIVERED)
    assert settle(message_id, failed)
    assert (get(message_id).state, get(message_id).reason) == ("undelivered", "undeliverable")
