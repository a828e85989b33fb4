"""The life of a message, for every channel. Pure.

queued → sending → accepted → sent → delivered | undelivered | failed; held waits and is queued again; skipped and
canceled never went; unknown may or may not have gone and is resolved only by what the provider tells.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"


WAITING: Final = frozenset({State.QUEUED, State.HELD})
"""Not handed to anybody yet: may still be cancelled without a trace outside."""

FINAL: Final = frozenset({State.DELIVERED, State.UNDELIVERED, State.FAILED, State.SKIPPED, State.CANCELED})

_RANK: Final = {
    State.QUEUED: 0,
    State.HELD: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.ACCEPTED: 3,
    State.SENT: 4,
    State.DELIVERED: 5,
    State.UNDELIVERED: 5,
    State.FAILED: 5,
    State.CANCELED: 5,
    State.SKIPPED: 6,
}


def advances(current: State, reported: State) -> bool:
    """Tell whether a report moves the message on.

    Reports come late, twice and out of order; none moves it back, and of two endings the first one stays.
    """
    return _RANK[reported] > _RANK[current]
