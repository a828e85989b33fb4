"""Working out everybody's facts anew, a range of members at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.bulk import count_anew
from backend.core.db import db, end_read, run_in_unit_of_work, table_of
from backend.customers import Customer, hold
from backend.insight.facts import derived
from backend.insight.facts.cycles import tell_cycles
from backend.insight.facts.models import MemberFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_customer = table_of(Customer).c
_RANGE = {"sqlite": 5_000, "postgresql": 50_000}
"""Members at a time. SQLite lets nobody else write meanwhile; PostgreSQL reads many together in a better order."""


def rebuild(tell: Callable[[int], None]) -> int:
    """Work out everybody's facts, each range in a unit of work of its own; `tell` hears how many are done.

    Sales go on meanwhile: those of a range's members wait for it. Killed, it is simply begun again.
    """
    done = 0
    for first, last in list(ranges()):
        end_read()
        done += run_in_unit_of_work(partial(rebuild_between, first, last))
        tell(done)
    run_in_unit_of_work(partial(count_anew, MemberFacts))
    return done


def rebuild_between(first: str, last: str) -> int:
    """Work out the facts of everybody whose id lies from `first` to `last`; how many those are."""
    ids = list(db.session.scalars(select(_customer.id).where(_customer.id.between(first, last))))
    hold(ids)
    derived.work_out_between(first, last)
    tell_cycles(ids)
    return len(ids)


def ranges() -> Iterator[tuple[str, str]]:
    """(first, last) ids of all members, so many at a time."""
    after: str | None = None
    while True:
        query = select(_customer.id).order_by(_customer.id).limit(_RANGE[db.engine.dialect.name])
        ids = list(db.session.scalars(query if after is None else query.where(_customer.id > after)))
        if not ids:
            return
        yield ids[0], ids[-1]
        after = ids[-1]
