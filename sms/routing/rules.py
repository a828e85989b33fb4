"""What the register means on a day, and which way a text takes. Pure.

Sources: Telecommunications Business Act, art. 84-2 (numbers are registered before texts show them as their sender);
Network Act, art. 50, as amended in 2026 (commercial texts go through certified senders only).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from backend.delivery import Route

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

State = Literal["ok", "expiring", "expired", "not_yet", "missing"]
STATES: Final = ("ok", "expiring", "expired", "not_yet", "missing")
What = Literal["contact", "refusal", "sender_number", "certificate"]
WHATS: Final = ("contact", "refusal", "sender_number", "certificate")

HOME: Final = "KR"
HOME_CODE: Final = "+82"
ZONE: Final = "Asia/Seoul"
WARN_BEFORE: Final = timedelta(days=30)
"""How long before an entry ends the desk says so: a renewal takes weeks."""

_FOR_EVER: Final = date.max
_STANDING: Final = frozenset({"ok", "expiring"})


class Entry(Protocol):
    """What every entry of the register has."""

    @property
    def id(self) -> str:
        """Grows with time."""
        ...

    @property
    def valid_until(self) -> date | None:
        """The last day; None: it has none."""
        ...


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class Option:
    """One provider in turn, with what the register has for it on the day. `usable`: it can send without a number."""

    provider: str
    sender_number: str | None
    certificate_holder: str | None
    certificate_number: str | None
    usable: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a business unit's checklist."""

    what: What
    state: State
    provider: str | None = None
    until: date | None = None


def state_on(day: date, *, begins: date | None, ends: date | None) -> State:
    """Tell how an entry stands on a day."""
    if begins is not None and day < begins:
        return "not_yet"
    if ends is None:
        return "ok"
    if day > ends:
        return "expired"
    return "expiring" if ends - day <= WARN_BEFORE else "ok"


def state_of(entry: Entry, day: date) -> State:
    """Tell how an entry stands on a day. A certificate counts from the moment it is entered."""
    return state_on(day, begins=getattr(entry, "registered_on", None), ends=entry.valid_until)


def best(entries: Iterable[E], day: date) -> E | None:
    """Choose what counts on a day: of those that stand the one that stands longest, the newest of equals."""
    standing = [each for each in entries if state_of(each, day) in _STANDING]
    return max(standing, key=lambda each: (each.valid_until or _FOR_EVER, each.id), default=None)


def item(what: What, provider: str, entries: Sequence[Entry], day: date) -> Item:
    """Write a line about the entries of one kind for one provider: the best that there is."""
    if not entries:
        return Item(what, "missing", provider)
    found = best(entries, day) or max(entries, key=lambda each: (state_of(each, day) == "not_yet", each.id))
    return Item(what, state_of(found, day), provider, found.valid_until)


def is_ready(items: Sequence[Item]) -> bool:
    """Tell whether a unit's commercial texts may go: the frame is complete, and one provider has all that it needs."""
    if any(each.state == "missing" for each in items if each.provider is None):
        return False
    having: dict[str, set[str]] = {}
    for each in items:
        if each.provider is not None and each.state in _STANDING:
            having.setdefault(each.provider, set()).add(each.what)
    return any(len(whats) > 1 for whats in having.values())


def way(options: Sequence[Option], *, purpose: str, country: str | None) -> Route | None:
    """Chain the providers in their turn. None when nobody can send.

    A commercial text in Korea never falls back to a provider without certificate or registered number. Where no
    provider has both, the first is named all the same, so that the gate can say what is missing.
    """
    usable = [each for each in options if each.usable or each.sender_number]
    if purpose == "commercial" and country == HOME:
        usable = [each for each in usable if each.sender_number and each.certificate_holder] or usable[:1]
    route: Route | None = None
    for option in reversed(usable):
        route = replace(
            Route(option.provider, option.certificate_holder, option.sender_number, option.certificate_number),
            then=route,
        )
    return route
