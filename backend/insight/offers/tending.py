"""The worker works the pairings out once a night; `dangol insight pairings` does whenever it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from backend.core import clock
from backend.core.db import parts, run_in_unit_of_work
from backend.insight.offers import service

if TYPE_CHECKING:
    from datetime import date

EVERY: Final = 600.0
"""Seconds between two looks whether a new day has come."""
_NIGHT: Final = timedelta(hours=6)
"""What is left of the UTC day when it is three in the morning in Seoul: everybody's day is known."""
_AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class Refreshed:
    """How many rows of pairings there are, and how many of them were written or taken away."""

    as_of: date
    rows: int
    changed: int


def last_day() -> date:
    """The newest day that is over, as of three in the morning in Seoul."""
    return (clock.now() + _NIGHT).date() - timedelta(days=1)


def tend() -> None:
    """The worker's job: once a day, by the first worker that comes."""
    as_of = last_day()
    if run_in_unit_of_work(partial(service.claim, as_of)):
        refresh(as_of)


def refresh(as_of: date | None = None) -> Refreshed:
    """Work the pairings out from what is known up to `as_of` (the last day unless one is named).

    What differs is written in units of work of their own: whoever kills it loses nothing, and the next run goes on.
    """
    as_of = as_of or last_day()
    rows, changed = service.changes(as_of)
    for some in parts(changed, _AT_ONCE):
        run_in_unit_of_work(partial(service.write, some, as_of))
    run_in_unit_of_work(partial(service.end, as_of, rows=rows, changed=len(changed)))
    return Refreshed(as_of, rows, len(changed))
