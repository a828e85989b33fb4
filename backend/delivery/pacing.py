"""How fast to go: pure arithmetic for the dispatcher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=10)

LOOKUP_AFTER: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""When the provider is asked for a message of unknown outcome; after that only a report resolves it."""


def backoff(attempt: int, *, retry_after: float | None, jitter: float) -> timedelta:
    """Return how long to wait after the `attempt`-th call that was not processed.

    Doubles from two seconds to ten minutes; `jitter` (0 to 1) spreads callers over its second half. `retry_after`,
    in seconds, is the provider's own wish and the least.
    """
    full = min(FIRST_WAIT * (1 << min(attempt - 1, 16)), LONGEST_WAIT)
    wait = full * (0.5 + jitter / 2)
    return max(wait, timedelta(seconds=min(retry_after or 0, LONGEST_WAIT.total_seconds())))


@dataclass(slots=True)
class Window:
    """How many calls may be under way, at most `limit`.

    Halved when the provider asks to slow down, one more for each full window that went well.
    """

    limit: int
    size: float

    @classmethod
    def of(cls, limit: int) -> Window:
        """Start fully open."""
        return cls(limit, float(limit))

    def room(self, under_way: int) -> int:
        """Return how many more calls may begin."""
        return max(0, int(self.size) - under_way)

    def went_well(self) -> None:
        """Count a call that the provider took."""
        self.size = min(float(self.limit), self.size + 1 / self.size)

    def was_throttled(self) -> None:
        """Count a call that the provider sent back for being one too many."""
        self.size = max(1.0, self.size / 2)
