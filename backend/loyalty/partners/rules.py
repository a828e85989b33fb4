"""What points are worth across houses, how much may go at once, and what a partner signs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

KINDS = ("bank", "alliance")
DIRECTIONS = ("in", "out")


class Rate(NamedTuple):
    """`theirs` of the partner's points are `ours` of the own, from `starts_on` on."""

    id: str
    direction: str
    starts_on: date
    theirs: int
    ours: int


class Exchanged(NamedTuple):
    """Own points, and the partner's that they are."""

    ours: int
    theirs: int


def rate_on(rates: Iterable[Rate], direction: str, day: date) -> Rate | None:
    """The rate of a day: the latest that has begun, of one day the one that was added last (ids grow)."""
    begun = [each for each in rates if each.direction == direction and each.starts_on <= day]
    return max(begun, key=lambda each: (each.starts_on, each.id), default=None)


def come_in(theirs: int, rate: Rate) -> Exchanged:
    """What the member is given for all of the partner's points, rounded down to whole points."""
    return Exchanged(ours=theirs * rate.ours // rate.theirs, theirs=theirs)


def go_out(ours: int, rate: Rate) -> Exchanged:
    """What the partner is told of at most `ours` points, rounded down, and the points that this takes.

    What would be lost by rounding stays with the member.
    """
    theirs = ours * rate.theirs // rate.ours
    return Exchanged(ours=-(-theirs * rate.ours // rate.theirs), theirs=theirs)


def over_limit(ours: int, *, this_month: int, at_once: int | None, a_month: int | None) -> str | None:
    """Why so many own points may not be exchanged, beside `this_month` that were; None where they may."""
    if at_once is not None and ours > at_once:
        return f"One transfer is {at_once:,} points of ours at most; this would be {ours:,}."
    if a_month is not None and this_month + ours > a_month:
        left = max(a_month - this_month, 0)
        return f"A member may exchange {a_month:,} points of ours a month; {left:,} are left this month."
    return None


def owed(ours: int, price: int | None) -> int | None:
    """What so many own points cost at `price` minor units for 1,000 of them, rounded down; None without a price."""
    return None if price is None else ours * price // 1_000
