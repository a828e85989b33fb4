"""When a contact would come at a bad hour: the store's clock and the recipient's, whichever is stricter. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.delivery import law_abroad, law_kr

_LOOK_AHEAD_DAYS = 3


class Clock(NamedTuple):
    """A zone whose hours bind, by an IANA name, and whether they are those of a foreign law."""

    zone: str
    abroad: bool

    @property
    def evening(self) -> time:
        """When its quiet hours begin."""
        return law_abroad.QUIET_BEGINS if self.abroad else law_kr.NIGHT_BEGINS

    @property
    def morning(self) -> time:
        """When they end."""
        return law_abroad.QUIET_ENDS if self.abroad else law_kr.NIGHT_ENDS

    def is_quiet(self, moment: datetime) -> bool:
        """Tell whether nobody is to be disturbed there at `moment`."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return law_abroad.is_quiet(local) if self.abroad else law_kr.is_night(local)


@lru_cache(maxsize=4096)
def quiet_until(moment: datetime, clocks: tuple[Clock, ...]) -> datetime | None:
    """Return `moment` where it is a good hour at every clock, otherwise the first moment that is; None: never.

    The first is the end of some zone's night at which all zones are awake.
    """
    if not any(clock.is_quiet(moment) for clock in clocks):
        return moment
    # Many zones share their mornings: a set, because a number may lie in any of forty.
    mornings = {morning for clock in clocks for morning in _moments(moment, clock.zone, clock.morning)}
    for morning in sorted(mornings):
        if not any(clock.is_quiet(morning) for clock in clocks):
            return morning
    return None


def evenings(moment: datetime, clocks: tuple[Clock, ...]) -> list[datetime]:
    """List the next beginnings of quiet hours."""
    return [evening for clock in clocks for evening in _moments(moment, clock.zone, clock.evening)]


def _moments(moment: datetime, zone: str, wall: time) -> list[datetime]:
    """List the next times at which clocks in `zone` show `wall`."""
    here = moment.astimezone(ZoneInfo(zone))
    days = (here.date() + timedelta(days=offset) for offset in range(_LOOK_AHEAD_DAYS))
    times = (datetime.combine(day, wall, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days)
    return [time for time in times if time > moment]
