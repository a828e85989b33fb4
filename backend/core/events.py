"""What features tell each other without knowing each other.

An event is a frozen dataclass. Handlers run at once, in the publisher's unit of work: what they write is committed with
what caused it, and what they raise undoes it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flask import Flask

E = TypeVar("E")
_KEY = "dangol.events"


@dataclass(frozen=True)
class DatabasePrepared:
    """`dangol init` has brought the tables up to date; who needs rows to be there adds what is missing."""


@dataclass(frozen=True)
class RestoreBegins:
    """A backup is about to take the place of the live data, which can be read only when `readable`.

    Who knows something that must outlive this puts it into `carried`, as plain data under a name of its own.
    """

    readable: bool
    carried: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DatabaseRestored:
    """The restored data is being made ready, in a unit of work, before anybody sees it.

    It went back to `restored_to`: what left the house since then has left it. `counts` is told to whoever restores.
    """

    restored_to: datetime
    carried: Mapping[str, Any]
    counts: dict[str, int] = field(default_factory=dict)


def subscribe(app: Flask, event_type: type[E], handler: Callable[[E], None]) -> None:
    """Have `handler` called, in order of subscription, with each event of exactly `event_type`."""
    handlers: dict[type[Any], list[Callable[[Any], None]]] = app.extensions.setdefault(_KEY, defaultdict(list))
    handlers[event_type].append(handler)


def publish(event: object) -> None:
    """Tell every subscriber of the running app."""
    for handler in current_app.extensions.get(_KEY, {}).get(type(event), ()):
        handler(event)
