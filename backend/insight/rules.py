"""A member's state on a day, from her rhythm: exact, in whole numbers.

The tablet works out the same (`pwa/src/lib/rhythm`); `tests/contract/member_states.json` holds both to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from datetime import date

State = Literal["none", "new", "active", "due", "late", "lapsed", "back"]
STATES: tuple[str, ...] = get_args(State)

REGULAR_DAYS = 4
"""From so many purchase days on a member's own gaps say how often she comes."""
LONG_SILENCE = 56
"""Days. A shorter silence is no absence, however often she came before."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Of a member's purchase days: the last one, the gap in days before it (None with fewer than two), and how many.

    `cycle_twice` is twice her cycle in days: her own, or that of similar members; None where none is known. Twice,
    because a median of gaps may end in a half.
    """

    last_on: date | None
    gap: int | None
    purchase_days: int
    cycle_twice: int | None

    @property
    def expected_on(self) -> date | None:
        """The day on which she is expected next; None where no cycle is known."""
        if self.last_on is None or self.cycle_twice is None:
            return None
        return self.last_on + timedelta(days=whole_days(self.cycle_twice))

    def days_late(self, today: date) -> int | None:
        """Days past the expected one, negative while it lies ahead."""
        if self.last_on is None or self.cycle_twice is None:
            return None
        return self.silence(today) - whole_days(self.cycle_twice)

    def silence(self, today: date) -> int:
        """Days since she last bought. A purchase dated tomorrow, by the clock of another time zone, was today."""
        return 0 if self.last_on is None else max(0, (today - self.last_on).days)

    def state(self, today: date) -> State:
        """`late` from five thirds of the cycle on, `lapsed` from three; `back` after an absence as long as that."""
        if self.last_on is None:
            return "none"
        if self.cycle_twice is None:
            return "new"
        return _since(self.silence(today), self.cycle_twice) or self._of_days()

    def _of_days(self) -> State:
        if self.cycle_twice is not None and self.gap is not None and _is_absence(self.gap, self.cycle_twice):
            return "back"
        return "new" if self.purchase_days < REGULAR_DAYS else "active"


def whole_days(twice: int) -> int:
    """Half of it, rounded half up."""
    return (twice + 1) // 2


def _since(silence: int, twice: int) -> State | None:
    """What her silence makes of her; None while it is shorter than her cycle."""
    if _is_absence(silence, twice):
        return "lapsed"
    if silence * 6 >= twice * 5:
        return "late"
    return "due" if silence * 2 >= twice else None


def _is_absence(days: int, twice: int) -> bool:
    return days * 2 >= twice * 3 and days >= LONG_SILENCE
