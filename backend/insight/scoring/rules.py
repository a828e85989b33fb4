"""What a refresh decides on plain values."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

UNDER_WAY: Final = ("waiting", "fitting", "scoring")
PROBLEMS: Final = ("no_sales", "error", "ended")
"""Nothing was ever sold to a member; a fault, which the log tells; the process that fitted ended before its work."""
ABSENCES: Final = ("suspended", "no_consent", "no_purchases", "little_history", "not_yet")
"""Why a member has no score, in the order in which they are looked for."""
_NIGHT: Final = timedelta(hours=3)


def is_due(now: datetime, last_started: datetime | None) -> bool:
    """Whether tonight's refresh is still to begin; both moments in the house's time zone, None if never.

    A night's refresh begins after three, when the day before is over at the stores.
    """
    tonight = now.replace(hour=0, minute=0, second=0, microsecond=0) + _NIGHT
    return now >= tonight and (last_started is None or last_started < tonight)


def stake(worth: int | None, *, returns: float | None, alive: float | None) -> int | None:
    """What is lost if who may not return does not, in the unit of `worth`.

    It goes by her chance of return where a model says it, else by that of being a customer still.
    """
    chance = alive if returns is None else returns
    return None if worth is None or chance is None else round((1 - chance) * worth)
