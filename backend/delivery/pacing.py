"""How fast to go: pure arithmetic for the dispatcher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=10)

LOOKUP_AFTER: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""When the provider is asked for a message of unknown outcome; after that only a report resolves it."""

LOOKING: Final = timedelta(minutes=10)
"""How long a worker may take to ask for all that it took: 16 calls of half a minute, and a little."""

LIST_IS_CERTAIN_AFTER: Final = timedelta(minutes=10)
"""How long after the call a provider's list proves that a message is not in it.

A call ends after 30 seconds at most on our side; what a provider took in that time and lists later than ten minutes
would be twice. The list is therefore believed from the second look on.
"""

BATCHES_SHARE: Final = 15 / 16
"""Of the calls under way: what is left is for single messages, which so never wait for a batch's calls to end."""


def is_proof(*, began_at: datetime, asked_at: datetime) -> bool:
    """Tell whether a list of `asked_at` that lacks a message proves that the call at `began_at` came to nothing."""
    return asked_at - began_at >= LIST_IS_CERTAIN_AFTER


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

    def room_for_batches(self, under_way: int) -> int:
        """Return how many of them may be of a batch: a few places are kept for single messages, but never all."""
        return max(0, max(1, int(self.size * BATCHES_SHARE)) - under_way)

    def went_well(self) -> None:
        """Count a call that the provider took."""
        self.size = min(float(self.limit), self.size + 1 / self.size)

    def was_throttled(self) -> None:
        """Count a call that the provider sent back for being one too many."""
        self.size = max(1.0, self.size / 2)
