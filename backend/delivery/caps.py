"""How often the house may contact somebody, beyond what the law asks: its own limits. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

Period = Literal["day", "week", "month"]

COUNTED_DAYS: Final = 33
"""How many days back contacts are counted at most: the longest month, in any zone, and a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many commercial contacts one number gets, over all senders, in a day, week and month of its own calendar.

    None is no limit. After a complaint and after a return nobody is contacted for so many days, and the same content
    does not come again within `same_content_days`; 0: at once.
    """

    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None
    complaint_days: int = 0
    return_days: int = 0
    same_content_days: int = 0


NONE: Final = Limits()


class Full(NamedTuple):
    """A period in which there was enough, and when the next one begins."""

    period: Period
    until: datetime


def full(contacts: Iterable[datetime], limits: Limits, *, at: datetime, zones: Iterable[str]) -> Full | None:
    """Return what is full at a moment, the longest period first; None where there is room.

    The week begins on Monday. Of several zones that the recipient may be in the stricter counts.
    """
    before = [each for each in contacts if each <= at]
    if not before:
        return None
    most: tuple[tuple[Period, int | None], ...] = (
        ("month", limits.per_month),
        ("week", limits.per_week),
        ("day", limits.per_day),
    )
    for period, limit in most:
        if limit is None:
            continue
        bounds = [_bounds(at, zone, period) for zone in zones]
        ends = [end for begin, end in bounds if sum(each >= begin for each in before) >= limit]
        if ends:
            return Full(period, max(ends))
    return None


def later(moment: datetime | None, days: int) -> datetime | None:
    """Return the end of so many days after a moment that counts; None where there is none."""
    return None if moment is None or not days else moment + timedelta(days=days)


@lru_cache(maxsize=4096)
def _bounds(at: datetime, zone: str, period: Period) -> tuple[datetime, datetime]:
    """Return the first moments of the calendar period around `at` and of the next one."""
    here = at.astimezone(ZoneInfo(zone)).date()
    begin = end = here
    if period == "day":
        end = here + timedelta(days=1)
    elif period == "week":
        begin = here - timedelta(days=here.weekday())
        end = begin + timedelta(days=7)
    else:
        begin = here.replace(day=1)
        end = (begin + timedelta(days=32)).replace(day=1)
    first, last = (
        datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in (begin, end)
    )
    return first, last
