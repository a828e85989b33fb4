"""Texts over several providers: in turn by country, and never by two of them."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from backend import delivery
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import (
    Accepted,
    Draft,
    Lookup,
    Message,
    NotProcessed,
    Outcome,
    OutcomeUnknown,
    Outgoing,
    Refused,
    Route,
    State,
    enqueue,
)
from sms import channel, routing
from sms.channel import RoutedTransport, SmsChannel
from sms.config import Providers
from sms.providers.base import Checked
from sms.providers.relay.transport import RelayProvider
from tests import factories
from tests.sms import relays, standin, worlds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from flask import Flask

URL = "https://api.daon.example"
RELAYS = relays.read(relays.signing_json(URL), relays.form_in_euc_kr(URL))
PROVIDERS = Providers(
    names=("daon", "olle", "console"),
    relays=RELAYS,
    routes={"KR": ("daon", "olle"), "*": ("console",)},
    own_sender=frozenset({"olle", "console"}),
)
GONE = NotProcessed(reason="provider_unreachable")
SLOW = NotProcessed(reason="throttled")
WRONG = Refused(reason="configuration")
BAD = Refused(reason="bad_number")
LOST = OutcomeUnknown(detail="TimeoutError")
TAKEN = Accepted(ref="R1")


@dataclass
class Memory:
    """A provider in memory that answers as told and notes what it was handed."""

    outcome: Outcome
    listed: Accepted | None = None
    sent: list[Outgoing] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Note it and answer."""
        self.sent.append(outgoing)
        return self.outcome

    async def find(self, lookup: Lookup) -> Accepted | None:  # noqa: ARG002 - the port's
        """Answer from the list."""
        return self.listed

    async def check(self) -> Checked:
        """Be fine."""
        return Checked(ok=True)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Memory]:
        """Be one's own transport."""
        yield self


def handed(*outcomes: Outcome) -> tuple[Outcome, list[int]]:
    """Hand a text to providers that answer so; the outcome, and how often each was asked."""
    all_ = [Memory(each) for each in outcomes]
    names = [str(place) for place in range(len(all_))]
    route: Route | None = None
    for name in reversed(names):
        route = Route(name, sender_number=f"+82158800{name}", then=route)
    outgoing = Outgoing(id="m", attempt=1, address="+821048214821", body="x", purpose="service", route=route)
    transport = RoutedTransport(dict(zip(names, all_, strict=True)), PROVIDERS)
    outcome = asyncio.run(transport.send(outgoing))
    for name, memory in zip(names, all_, strict=True):
        assert all(each.route and each.route.sender_number == f"+82158800{name}" for each in memory.sent)
    return outcome, [len(each.sent) for each in all_]


@pytest.mark.parametrize(
    ("outcomes", "asked", "came_of_it"),
    [
        ((TAKEN, TAKEN), [1, 0], Accepted(ref="R1", via="0")),
        ((GONE, TAKEN), [1, 1], Accepted(ref="R1", via="1")),
        ((WRONG, TAKEN), [1, 1], Accepted(ref="R1", via="1")),
        ((GONE, GONE, TAKEN), [1, 1, 1], Accepted(ref="R1", via="2")),
        ((SLOW, TAKEN), [1, 0], SLOW),
        ((BAD, TAKEN), [1, 0], BAD),
        ((LOST, TAKEN), [1, 0], OutcomeUnknown(detail="TimeoutError", via="0")),
        ((GONE, LOST, TAKEN), [1, 1, 0], OutcomeUnknown(detail="TimeoutError", via="1")),
        ((GONE, BAD), [1, 1], BAD),
        ((GONE, GONE), [1, 1], GONE),
        # Whoever was not to be reached may be there in a minute: the text waits.
        ((GONE, WRONG), [1, 1], GONE),
        ((WRONG, GONE), [1, 1], GONE),
        ((WRONG, WRONG), [1, 1], WRONG),
        ((GONE, SLOW), [1, 1], SLOW),
    ],
)
def test_the_next_provider_is_asked_only_when_nothing_was_sent(
    outcomes: tuple[Outcome, ...], asked: list[int], came_of_it: Outcome
) -> None:
    assert handed(*outcomes) == (came_of_it, asked)


def by_relays(first: str | None, answer: Any = None) -> tuple[Outcome, int, int]:
    """Hand a text to two relays, the first at `first` or at a stand-in that answers so; how often each was asked."""

    async def scenario() -> tuple[Outcome, int, int]:
        async with standin.listening() as one, standin.listening() as two:
            one.will(answer or standin.answering({}))
            two.will(standin.answering({}))
            daon = replace(relays.relay(relays.signing_json(first or one.url)), timeout=0.5)
            olle = relays.relay(relays.form_in_euc_kr(two.url))
            route = Route("daon", sender_number="+8215880000", then=Route("olle"))
            outgoing = Outgoing(id="m", attempt=1, address="+821048214821", body="x", purpose="service", route=route)
            async with RelayProvider(daon).open() as at_daon, RelayProvider(olle).open() as at_olle:
                transport = RoutedTransport({"daon": at_daon, "olle": at_olle}, PROVIDERS)
                return await transport.send(outgoing), len(one.asked), len(two.asked)

    return asyncio.run(scenario())


def test_a_relay_that_is_not_there_is_passed_over() -> None:
    assert by_relays("http://127.0.0.1:9") == (Accepted(ref="olle:m", size=1, via="olle"), 0, 1)


@pytest.mark.parametrize(
    "answer",
    [standin.silent(2), standin.reset(), standin.Dropped(), standin.cut_short(), standin.answering({}, 500)],
    ids=["silent", "reset", "dropped", "cut", "500"],
)
def test_a_relay_that_may_have_sent_is_never_passed_over(answer: Any) -> None:
    outcome, first, second = by_relays(None, answer)
    assert isinstance(outcome, OutcomeUnknown)
    assert (outcome.via, first, second) == ("daon", 1, 0)


def test_a_text_without_a_way_is_handed_to_nobody() -> None:
    outgoing = Outgoing(id="m", attempt=1, address="+821048214821", body="x", purpose="service")
    outcome = asyncio.run(RoutedTransport({}, PROVIDERS).send(outgoing))
    assert isinstance(outcome, Refused)
    assert outcome.reason == "configuration"


def test_a_lost_text_is_looked_for_at_whoever_had_it_first() -> None:
    at_both = {"daon": Memory(TAKEN, Accepted(ref="daon:1")), "olle": Memory(TAKEN, Accepted(ref="olle:1"))}
    for via, found in (("olle", "olle"), ("daon", "daon"), (None, "daon"), ("gone", "daon")):
        lookup = Lookup(
            id="m",
            address="+821048214821",
            body="x",
            began_at=datetime(2026, 11, 10, tzinfo=UTC),
            known_refs=frozenset(),
            via=via,
        )
        outcome = asyncio.run(RoutedTransport(at_both, PROVIDERS).find(lookup))
        assert outcome == Accepted(ref=f"{found}:1", via=found)


def draft(shop: worlds.Shop | None = None, **values: Any) -> Draft:
    plain = {"channel": "sms", "purpose": "service", "customer_id": None, "store_id": None, "body": "안녕하세요"}
    plain |= {"sender_id": shop.unit.id if shop else None, "address": "+821048214821"}
    return Draft(**plain | values)


@pytest.fixture(autouse=True)
def noon(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(worlds.NOON):
        yield


def test_ways_follow_the_register_the_country_and_the_purpose() -> None:
    shop = worlds.shop(registered=False)

    def enter() -> None:
        factories.sender_number(shop.unit.id, provider="daon", number="+82212345678")
        factories.certificate(provider="daon", number="26-1")

    run_in_unit_of_work(enter)
    daon = Route("daon", "다온메시징(주)", "+82212345678", "26-1")
    contacts = [
        draft(shop),
        draft(shop, purpose="commercial"),
        draft(shop, address="+819012345678"),
        draft(),
        draft(shop, address=None),
    ]
    assert routing.find(contacts, PROVIDERS) == [
        Route("daon", "다온메시징(주)", "+82212345678", "26-1", then=Route("olle")),
        daon,
        Route("console"),
        Route("olle"),
        None,
    ]
    with clock.frozen(datetime(2019, 1, 1, tzinfo=UTC)):
        assert routing.find([draft(shop, purpose="commercial")], PROVIDERS) == [Route("olle")]


def test_what_has_ended_or_expired_counts_no_longer() -> None:
    shop = worlds.shop(registered=False)

    def enter() -> None:
        factories.sender_number(shop.unit.id, provider="daon", ended_at=worlds.NOON)
        factories.sender_number(shop.unit.id, provider="daon", valid_until=date(2026, 11, 9))
        factories.sender_number(shop.unit.id, provider="olle", valid_until=date(2026, 11, 10))
        factories.certificate(provider="olle", valid_until=date(2026, 11, 9))

    run_in_unit_of_work(enter)
    assert routing.find([draft(shop)], PROVIDERS) == [Route("olle", None, "+8215880000")]


def test_a_thousand_ways_take_two_statements() -> None:
    shops = [worlds.shop() for _ in range(3)]
    contacts = [draft(shops[number % 3], address=f"+8210{number:08d}") for number in range(1000)]
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert len(routing.find(contacts, PROVIDERS)) == 1000
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert sum(each.startswith("SELECT") for each in statements) == 2


def test_a_text_keeps_who_took_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = worlds.shop(registered=False)
    memories = {"daon": Memory(GONE), "olle": Memory(Accepted(ref="olle:1", state=State.SENT)), "console": Memory(LOST)}
    monkeypatch.setattr(channel, "provider_of", lambda _settings, name, _relays: memories[name])
    settings = app.extensions["dangol.settings"]
    before = delivery.registered(app)["sms"]
    delivery.register(app, SmsChannel(settings, PROVIDERS))
    try:

        def work() -> tuple[str, str]:
            factories.sender_number(shop.unit.id, provider="daon")
            ours = enqueue(draft(shop), actor=SYSTEM)
            abroad = enqueue(draft(shop, address="+819012345678"), actor=SYSTEM)
            return ours.id, abroad.id

        ours, abroad = run_in_unit_of_work(work)
        _dispatch_until(app, lambda: not _waiting())
        assert [(each.state, each.provider) for each in (_get(ours), _get(abroad))] == [
            ("sent", "olle"),
            ("unknown", "console"),
        ]
        assert [len(each.sent) for each in memories.values()] == [1, 1, 1]
    finally:
        delivery.register(app, before)


def _waiting() -> bool:
    db.session.rollback()
    states = db.session.scalars(select(Message.state)).all()
    return any(each in {"queued", "sending"} for each in states)


def _get(message_id: str) -> Message:
    db.session.expire_all()
    found = db.session.get(Message, message_id)
    assert found is not None
    return found


def _dispatch_until(app: Flask, done: Callable[[], bool]) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=delivery.run_dispatcher, args=(app, stop))
    worker.start()
    try:
        deadline = time.monotonic() + 10
        while not done() and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        stop.set()
        worker.join(15)
