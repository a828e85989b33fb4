"""What the worker does for points: lots whose last day is over expire, a few members at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.core.db import run_in_unit_of_work
from backend.customers import hold
from backend.loyalty import ledger

if TYPE_CHECKING:
    from backend.core.events import DatabasePrepared

EVERY = 600.0
"""Seconds between two looks; a look without anything to do is one seek in ix_points_lot_expires."""
_AT_ONCE = 200


def expire_due() -> int:
    """Let expire what is over; how many members lost points. Opens units of work of its own."""
    count = 0
    while ids := run_in_unit_of_work(_expire_some):
        count += len(ids)
    return count


def _expire_some() -> list[str]:
    ids = ledger.expiring(_AT_ONCE)
    hold(ids)
    ledger.settle(ids)
    return ids


def prepare(_event: DatabasePrepared) -> None:
    """Keep books of members whose entries are older than the books."""
    after = ""
    while ids := ledger.unsettled(_AT_ONCE, after=after):
        ledger.settle(ids)
        after = ids[-1]
