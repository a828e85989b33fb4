"""The port through which a feature sends on its channel, and the registry of those that do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Literal, Protocol, cast

from flask import Flask

from backend.delivery.states import State

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from backend.delivery.rules import ChannelName

Consequence = Literal["block", "count", "refusal"]
"""What an ending means for the next messages: none to this address, none after it happened a few times, a refusal."""

Companion = Callable[[Flask, Event], Awaitable[None]]

_CHANNELS = "dangol.delivery.channels"
_COMPANIONS = "dangol.delivery.companions"


@dataclass(frozen=True, slots=True)
class Route:
    """How a message would go: through which provider, and from which sender.

    `certificate_holder` is who holds that provider's 전송자격인증 today, `sender_number` the sender that was registered
    for it; None where the register knows none. `then` is who is asked when this provider certainly sent nothing.
    """

    provider: str
    certificate_holder: str | None = None
    sender_number: str | None = None
    certificate_number: str | None = None
    then: Route | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message on its way out, as plain values: the transport sees no row and no session. `ttl` is in seconds.

    `route` was found in the transaction that claimed the message; None on channels that have only one way.
    """

    id: str
    attempt: int
    address: str
    body: str
    purpose: str
    ttl: int | None = None
    route: Route | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A message of which nobody knows whether it went: what is needed to find it in the provider's own list.

    `known_refs` are references that belong to other messages to the same address. `via` is the provider that was
    asked, as far as is known.
    """

    id: str
    address: str
    body: str
    began_at: datetime
    known_refs: frozenset[str]
    via: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider has it. `state` is how far it says it is already, `via` which of several providers it was.

    `news`, here and in other outcomes, are events that are published in the unit of work that writes it down.
    """

    ref: str
    state: State = State.ACCEPTED
    size: int | None = None
    via: str | None = None
    news: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """The provider's list was read to its end, back to before the call, and the message is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The provider answered no and did nothing. `reason` is a code of `reasons`, `code` the provider's own."""

    reason: str
    code: str | None = None
    detail: str | None = None
    consequence: Consequence | None = None
    news: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotProcessed:
    """It certainly did not reach the provider's queue (asked to slow down, no connection): sent again later."""

    reason: str
    retry_after: float | None = None
    code: str | None = None
    detail: str | None = None
    news: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeUnknown:
    """The request went out, to `via`, and no answer says what came of it. It is never simply repeated."""

    code: str | None = None
    detail: str | None = None
    via: str | None = None


Outcome = Accepted | Refused | NotProcessed | OutcomeUnknown


class Transport(Protocol):
    """An open connection to a provider, used by one worker."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hand over one message, once. Raises nothing that the caller would have to understand."""
        ...

    async def find(self, lookup: Lookup) -> Accepted | Missing | None:
        """Look for a message in the provider's list. None when nobody can tell: no list, or not all of it.

        `Missing` makes it go again: it is answered only where a message that was taken would be in the list.
        """
        ...


class Contact(Protocol):
    """What a channel looks at to find a way: a draft or a message."""

    @property
    def id(self) -> str | None:
        """The message's, where it has one already."""
        ...

    @property
    def purpose(self) -> str:
        """`commercial` or `service`."""
        ...

    @property
    def sender_id(self) -> str | None:
        """The business unit that sends."""
        ...

    @property
    def address(self) -> str | None:
        """Where it goes to."""
        ...

    @property
    def recipient_id(self) -> str | None:
        """Which of the staff it is for; None: it is for a customer, or for nobody in particular."""
        ...

    @property
    def source_id(self) -> str | None:
        """What caused it, in the terms of the feature that enqueued it."""
        ...


class Channel(Protocol):
    """What a feature registers: a name, how its messages go, and a way to open its transport in the worker's loop."""

    @property
    def name(self) -> ChannelName:
        """The channel's name in consent, rules and tables."""
        ...

    def routes(self, contacts: Sequence[Contact]) -> list[Route | None]:
        """Find the way of each contact, in order, in a constant number of statements. None: there is none."""
        ...

    def open(self) -> AbstractAsyncContextManager[Transport]:
        """Open a transport; leaving the context closes its connections."""
        ...


def register(app: Flask, channel: Channel) -> None:
    """Make `channel` known to the dispatcher of `app`. A second channel of a name replaces the first."""
    app.extensions.setdefault(_CHANNELS, {})[channel.name] = channel


def registered(app: Flask) -> dict[ChannelName, Channel]:
    """Return the channels of `app` by name."""
    return cast("dict[ChannelName, Channel]", app.extensions.get(_CHANNELS, {}))


def register_companion(app: Flask, companion: Companion) -> None:
    """Have the coroutine `companion(app, stop)` run in the worker's loop beside the dispatcher until `stop` is set."""
    app.extensions.setdefault(_COMPANIONS, []).append(companion)


def companions(app: Flask) -> tuple[Companion, ...]:
    """Return what runs beside the dispatcher of `app`."""
    return tuple(app.extensions.get(_COMPANIONS, ()))
