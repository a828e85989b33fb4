"""Writing many rows with one statement, at about the cost of the driver.

SQLAlchemy prepares every row of an `executemany` by itself. Here the statement is compiled once, and what a column's
type does to values is done column by column.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Delete, Insert, Select, Update
    from sqlalchemy.engine import Dialect

    Statement = Insert | Update | Delete | Select[*tuple[Any, ...]]
    Prepare = Callable[[Sequence[Mapping[str, Any]]], list[Any]]


def write_rows(statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute `statement` (a constant of its module, over a `Table`) with each of `rows`, all with the same keys.

    Nothing is filled in: every column that has a default in Python must be named. Raises `ValueError` otherwise.
    """
    if not rows:
        return
    connection = db.session.connection()
    text, prepare = compiled(statement, connection.dialect, tuple(rows[0]))
    connection.exec_driver_sql(text, prepare(rows))


@lru_cache(maxsize=256)
def compiled(statement: Statement, dialect: Dialect, keys: tuple[str, ...]) -> tuple[str, Prepare]:
    """The text of `statement`, and how rows become what the driver takes. Statements and dialects live on."""
    built = statement.compile(dialect=dialect, column_keys=list(keys))
    if built.params.keys() != set(keys):
        message = f"Name every column: {sorted(built.params.keys() ^ set(keys))}"
        raise ValueError(message)
    names = built.positiontup or list(keys)
    known = built._bind_processors  # noqa: SLF001 - SQLAlchemy's own way is to ask it row by row
    processors = [cast("Callable[[Any], Any] | None", known.get(name)) for name in names]
    positional = built.positional

    def prepare(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        columns = [
            [row[name] for row in rows] if process is None else _processed([row[name] for row in rows], process)
            for name, process in zip(names, processors, strict=True)
        ]
        values = list(zip(*columns, strict=True))
        return values if positional else [dict(zip(names, each, strict=True)) for each in values]

    return str(built), prepare


def _processed(values: list[Any], process: Callable[[Any], Any]) -> list[Any]:
    """Each value processed; one that stands in row after row (the time of a batch) only once."""
    last: object = _processed  # Anything that is no value.
    made, processed = None, []
    for value in values:
        if value is not last:
            last, made = value, process(value)
        processed.append(made)
    return processed
