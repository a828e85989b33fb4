"""Working out everybody's facts anew while sales go on.

On SQLite a range of members at a time: nobody else writes meanwhile anyway. PostgreSQL works all of them out at once
into a table beside, holding nobody, and takes over from it a range at a time whoever's facts have not moved since; the
few others are worked out by themselves.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from backend.core.bulk import count_anew
from backend.core.db import db, end_read, run_in_unit_of_work, table_of
from backend.core.errors import Conflict
from backend.customers import Customer, hold
from backend.insight.facts import derived
from backend.insight.facts.cycles import tell_cycles
from backend.insight.facts.models import MemberFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_customer = table_of(Customer).c
_AT_ONCE = {"sqlite": 5_000, "postgresql": 20_000}
_LOCK = 7_236_735
_BESIDE = "member_facts_rebuilt"
# `xmin` is the transaction that last wrote a row: whoever buys writes hers.
_WORK_OUT = f"""CREATE UNLOGGED TABLE {_BESIDE} AS
    SELECT found.*, CAST(member_facts.xmin AS text) AS was
    FROM ({{found}}) AS found LEFT JOIN member_facts ON member_facts.customer_id = found.customer_id"""  # noqa: S608 - a name of ours
_MOVED = text(f"""SELECT customer.id
    FROM customer
    LEFT JOIN member_facts ON member_facts.customer_id = customer.id
    LEFT JOIN {_BESIDE} AS found ON found.customer_id = customer.id
    WHERE customer.id BETWEEN CAST(:first AS uuid) AND CAST(:last AS uuid)
        AND CAST(member_facts.xmin AS text) IS DISTINCT FROM found.was""")  # noqa: S608 - a name of ours
# Of whom tablets are told another cycle than was found.
_TOLD_WRONG = text(f"""SELECT shown.customer_id
    FROM customer_facts AS shown
    LEFT JOIN {_BESIDE} AS found ON found.customer_id = shown.customer_id
    WHERE shown.customer_id BETWEEN CAST(:first AS uuid) AND CAST(:last AS uuid)
        AND shown.cycle_days IS DISTINCT FROM CAST(found.cycle_twice AS double precision) / 2""")  # noqa: S608 - a name of ours
_TAKE_OVER = text(
    derived.store_from(
        _BESIDE,
        """customer_id BETWEEN CAST(:first AS uuid) AND CAST(:last AS uuid)
        AND customer_id <> ALL(CAST(:moved AS uuid[]))""",
    )
)


def rebuild(tell: Callable[[int], None]) -> int:
    """Work out everybody's facts, in many units of work; `tell` hears how many are done.

    Killed, it is simply begun again. Raises `Conflict` while another one runs on the same PostgreSQL.
    """
    if db.engine.dialect.name == "sqlite":
        return _range_by_range(rebuild_between, tell)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text(f"SELECT pg_try_advisory_lock({_LOCK})")):
            message = "The facts are being rebuilt already."
            raise Conflict(message)
        try:
            connection.execute(text(f"DROP TABLE IF EXISTS {_BESIDE}"))
            found = derived.for_everybody()
            end_read()
            # Compiling so large a statement takes longer than it saves; 16 MB were faster than 4 and than 64.
            connection.execute(text("SET jit = off"))
            connection.execute(text("SET work_mem = '16MB'"))
            connection.exec_driver_sql(_WORK_OUT.format(found=found))
            connection.execute(text(f"ALTER TABLE {_BESIDE} ADD PRIMARY KEY (customer_id)"))
            connection.execute(text(f"ANALYZE {_BESIDE}"))
            done = _range_by_range(_take_over, tell)
            connection.execute(text(f"DROP TABLE {_BESIDE}"))
        finally:
            connection.execute(text("RESET jit"))
            connection.execute(text("RESET work_mem"))
            connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
    run_in_unit_of_work(partial(count_anew, MemberFacts))
    return done


def rebuild_between(first: str, last: str) -> int:
    """Work out the facts of everybody whose id lies from `first` to `last`; how many those are."""
    ids = _held(first, last)
    derived.work_out_between(first, last)
    tell_cycles(ids)
    return len(ids)


def _take_over(first: str, last: str) -> int:
    ids = _held(first, last)
    asked: dict[str, Any] = {"first": first, "last": last}
    moved = [str(each) for each in db.session.scalars(_MOVED, asked)]
    db.session.execute(_TAKE_OVER, asked | {"moved": moved})
    if moved:
        derived.work_out(moved)
    tell_cycles([str(each) for each in db.session.scalars(_TOLD_WRONG, asked)])
    return len(ids)


def _held(first: str, last: str) -> list[str]:
    ids = list(db.session.scalars(select(_customer.id).where(_customer.id.between(first, last))))
    hold(ids)
    return ids


def _range_by_range(work: Callable[[str, str], int], tell: Callable[[int], None]) -> int:
    done = 0
    for first, last in list(ranges()):
        end_read()
        done += run_in_unit_of_work(partial(work, first, last))
        tell(done)
    return done


def ranges() -> Iterator[tuple[str, str]]:
    """(first, last) ids of all members, so many at a time."""
    after: str | None = None
    while True:
        query = select(_customer.id).order_by(_customer.id).limit(_AT_ONCE[db.engine.dialect.name])
        ids = list(db.session.scalars(query if after is None else query.where(_customer.id > after)))
        if not ids:
            return
        yield ids[0], ids[-1]
        after = ids[-1]
