"""Counting whom a rule means: exactly, or about, by asking of a sample; never for longer than allowed."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, func, literal, select, tablesample
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import DBAPIError

from backend.core.db import db, in_unit_of_work, table_of
from backend.core.errors import DangolError
from backend.customers import Customer
from backend.segments.language.compiling import SAMPLE, ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Row, Select

    from backend.segments.language.asked import Asked
    from backend.segments.language.parsing import Rule

SECONDS = 30.0
"""How long a rule may be asked for."""
_SAMPLED = {"sqlite": 1_500, "postgresql": 2_500}
"""How many members a sample has, about."""
_MOMENT = {"sqlite": 0.08, "postgresql": 0.4}
"""Seconds for which an exact figure is waited for."""
_LOOKED_UP = ("random_page_cost = 1.1", "enable_seqscan = off", "max_parallel_workers_per_gather = 0")
_FEW = 5
"""A sample is of no use unless there are so many times more members."""
_CANCELED = "57014"
_STEPS = 10_000
_DIGITS = 2
_Z = 1.96
_MEMBERS = table_of(Customer).c.id
_EVERYBODY = select(func.count()).select_from(table_of(Customer))
_end_of_id, _ENDS = func.substr(sql_cast(_MEMBERS, Text), 33), 16**4


class TooSlow(DangolError):
    """Finding these members takes too long. Ask for less: fewer conditions, a shorter time, named stores."""

    code = "rule_too_slow"
    status = 503


@dataclass(frozen=True)
class About:
    """How many members a rule means: exactly, or by a sample, with 95 % certainty between `low` and `high`.

    `sampled`: how many members were asked about; None where all were.
    """

    members: int
    low: int
    high: int
    sampled: int | None = None

    @property
    def exact(self) -> bool:
        """Whether everybody was asked about."""
        return self.sampled is None


def run(
    statement: Select[*tuple[Any, ...]], values: dict[str, Any] | None = None, *, seconds: float = SECONDS
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a statement that a rule was made into. Raises `TooSlow` after so many seconds.

    Outside a unit of work the read that was broken off is over then; inside of one, it can only be undone.
    """
    with limited(seconds):
        return db.session.execute(statement, values or {}).all()


def count(rule: Rule, asked: Asked, *, seconds: float = SECONDS) -> int:
    """How many members a rule means. Raises `TooSlow`."""
    found = ids(rule, asked).subquery()
    return int(run(select(func.count()).select_from(found), seconds=seconds)[0][0])


def first_figure(rule: Rule, asked: Asked, *, seconds: float = SECONDS) -> About:
    """How many members a rule means, soon: exactly where that takes a moment, else about. Raises `TooSlow`.

    The sample is always of the same members: so figures of one rule and the next differ by what the rules differ in.
    Few members are counted exactly, however long it takes.
    """
    everybody = db.session.scalar(_EVERYBODY) or 0
    sampled = _SAMPLED[db.engine.dialect.name]
    if everybody <= _FEW * sampled:
        return _exactly(rule, asked, seconds)
    # A statement that is broken off inside a unit of work would take all of it along.
    if not in_unit_of_work():
        with suppress(TooSlow):
            return _exactly(rule, asked, min(seconds, _MOMENT[db.engine.dialect.name]))
    sample = [row[0] for row in run(_sample(everybody), seconds=seconds)]
    found = ids(rule, asked, sampled=True).subquery()
    with limited(seconds, few=True):
        hits = db.session.scalar(select(func.count()).select_from(found), {SAMPLE: sample}) or 0
    return about(hits, len(sample), everybody)


def _sample(everybody: int) -> Select[str]:
    """The ids of the sample: on PostgreSQL rows that its own lot falls on, always alike; else by the ends of ids."""
    if db.engine.dialect.name == "postgresql":
        share = 100 * _SAMPLED["postgresql"] / everybody
        return select(tablesample(table_of(Customer), func.bernoulli(share), seed=literal(1)).c.id)
    return select(_MEMBERS).where(_end_of_id < f"{round(_ENDS * _SAMPLED['sqlite'] / everybody):04x}")


def _exactly(rule: Rule, asked: Asked, seconds: float) -> About:
    counted = count(rule, asked, seconds=seconds)
    return About(counted, counted, counted)


def about(hits: int, sampled: int, everybody: int) -> About:
    """What `hits` among so many random members say of everybody: Wilson's interval, the middle to two digits."""
    if not sampled:
        return About(0, 0, everybody, 0)
    share = hits / sampled
    spread = _Z * _Z / sampled
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / sampled + spread / (4 * sampled)) / (1 + spread)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return About(rounded(round(share * everybody)), int(low * everybody), round(high * everybody), sampled)


def rounded(number: int) -> int:
    """To two digits: 12,345 is about 12,000."""
    scale: int = 10 ** max(0, len(str(number)) - _DIGITS)
    return round(number / scale) * scale


@contextmanager
def limited(seconds: float, *, few: bool = False) -> Iterator[None]:
    """Break off what the session asks inside the block after so many seconds. Raises `TooSlow`.

    `few`: it is about few members, whose rows PostgreSQL is to look up and not to look for.
    """
    connection = db.session.connection()
    try:
        if connection.dialect.name == "sqlite":
            with _watched(connection.connection.driver_connection, seconds):
                yield
        else:
            before = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
            # Compiling such a statement takes longer than it saves; lists of members fit into 64 MB.
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
            connection.exec_driver_sql("SET LOCAL jit = off")
            connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")
            for setting in _LOOKED_UP if few else ():
                connection.exec_driver_sql(f"SET LOCAL {setting}")
            yield
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{before}'")
            for setting in _LOOKED_UP if few else ():
                connection.exec_driver_sql(f"SET LOCAL {setting.partition(' ')[0]} TO DEFAULT")
    except DBAPIError as error:
        if not _was_broken_off(error):
            raise
        if not in_unit_of_work():
            db.session.rollback()
        raise TooSlow from error


@contextmanager
def _watched(connection: Any, seconds: float) -> Iterator[None]:  # noqa: ANN401 - the driver's connection
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def _was_broken_off(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _CANCELED or str(error.orig) == "interrupted"
