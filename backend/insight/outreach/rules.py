"""Who is at risk, and for how long an outcome keeps somebody off the list. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNLIKELY: Final = 0.5
"""At most this chance of return within 28 days puts a late member on the list: she is more likely to stay away than to
come. Above it a call would ask somebody who was about to come anyway."""

LONGEST_CYCLE: Final = 56
"""Days. Who comes less often than every eight weeks is no regular whose silence of a month says anything."""

MOST: Final = 200
"""So many of a store: two weeks of calls. Whoever stands below would never be reached, and has the least at stake."""

REST_DAYS: Final[dict[str, int]] = {
    "will_come": 14,
    "call_back": 3,
    "no_answer": 3,
    "problem": 28,
    "not_interested": 90,
    # Or until she has another number.
    "wrong_number": 180,
}
"""The outcomes, and for how many days each keeps her off the list."""

PROBLEMS: Final = ("price", "taste", "service", "moved", "competitor", "no_need", "other")
"""What a problem was."""

UNDO_HOURS: Final = 24
"""For so long whoever recorded something may take it back."""


def rests_until(outcome: str, on: date) -> date:
    """The first day on which she may be on the list again."""
    return on + timedelta(days=REST_DAYS[outcome])


def last_days(as_of: date) -> list[tuple[int, date]]:
    """For each whole number of days up to the longest cycle: who bought before that day is late on `as_of`.

    For cycles that end in a half, those up to the number: an expected day is rounded half up.
    """
    return [(days, as_of - timedelta(days=days)) for days in range(1, LONGEST_CYCLE + 1)]


def about(stake: int) -> int:
    """To two digits: 1,234,567 is about 1,200,000."""
    digits = len(str(stake)) - 2
    return stake if digits <= 0 else round(stake / 10**digits) * 10**digits


def codes(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """Codes of what makes her return less likely, what weighs most first."""
    return list(dict.fromkeys(str(each["code"]) for each in reasons if each["effect"] < 0))
