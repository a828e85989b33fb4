"""When and by whom a rule is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Asked:
    """When a rule is asked: days and "within days" are counted from `now` at the house's time zone `zone`.

    `hidden`: business units that keep their own from whoever asks; what was bought there counts nothing for her
    (`organization.hidden_units`). Nothing is hidden from head office, nor from the worker.
    """

    now: datetime
    zone: str = "Asia/Seoul"
    hidden: frozenset[str] = frozenset()

    @property
    def today(self) -> date:
        """The day that it is at the house."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def begin_of(self, day: date) -> datetime:
        """The first moment of a day at the house."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def before(self, days: int) -> date:
        """The day that was so many days ago."""
        return self.today - timedelta(days=days)

    def ahead(self, days: int) -> date:
        """The day that comes in so many days."""
        return self.today + timedelta(days=days)
