"""How much may go, whose turn it is, and when something is so wrong that sending stops by itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Final, TypeVar

from backend.delivery.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

T = TypeVar("T")

JUDGED: Final = 50
"""A batch is judged by this many of the messages that were handed over last."""

LEAST_JUDGED: Final = 20
"""Before so many were handed over only a fault of the configuration stops it."""

MOST_FILTERED: Final = 0.1
MOST_FAILED: Final = 0.5

CONFIGURATION: Final = "configuration"
_FILTERED: Final = "carrier_filtered"
_FAILED: Final = frozenset({State.FAILED, State.UNDELIVERED})


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens, one a segment: `rate` come in a second, at most `burst` lie in it; `tokens` were there at `at`.

    What is drawn in any window is at most rate x its seconds + the greater of `burst` and the largest message: one that
    is larger than the burst waits until the bucket would hold it.
    """

    rate: float
    burst: float
    tokens: float
    at: datetime

    def holds(self, now: datetime, *, first: float = 0.0) -> float:
        """Return how many may be drawn now when the message in front needs `first`."""
        passed = max(0.0, (now - self.at).total_seconds())
        return min(max(self.burst, first), self.tokens + self.rate * passed)

    def drawn(self, size: float, now: datetime, *, first: float = 0.0) -> Bucket:
        """Return the bucket after `size` were drawn, which is no more than it holds. Raises `ValueError`."""
        left = self.holds(now, first=first) - size
        if left < 0:
            message = "More is drawn than there is."
            raise ValueError(message)
        return replace(self, tokens=left, at=max(self.at, now))


def in_turn(queues: Sequence[Sequence[T]], *, turn: int) -> list[T]:
    """Merge queues one by one, so that none waits for another to end; another one begins at each `turn`."""
    if not queues:
        return []
    start = turn % len(queues)
    nothing = object()
    rounds = zip_longest(*queues[start:], *queues[:start], fillvalue=nothing)
    return [each for each in chain.from_iterable(rounds) if each is not nothing]  # type: ignore[misc] # T or nothing


def pause_reason(handed_over: Sequence[tuple[str, str | None]]) -> str | None:
    """Say why a batch has to stop, by state and reason of those handed over last; None when it may go on.

    What is on its way counts as well as what arrived: failures are told first, and would else look like all there is.
    """
    failures = [reason for state, reason in handed_over if state in _FAILED]
    if CONFIGURATION in failures:
        return CONFIGURATION
    if len(handed_over) < LEAST_JUDGED:
        return None
    if failures.count(_FILTERED) / len(handed_over) > MOST_FILTERED:
        return "many_filtered"
    return "many_failures" if len(failures) / len(handed_over) > MOST_FAILED else None
