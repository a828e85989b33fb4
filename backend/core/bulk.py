"""Writing many rows with one statement, at about the cost of the driver.

SQLAlchemy prepares every row of an `executemany` by itself. Here a statement is compiled once, and what a column's type
does to values is done column by column. SQLite then takes row after row; PostgreSQL, for which each row would be a
message of its own, reads all of them from one JSON document.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import orjson
import sqlalchemy as sa
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSON

from backend.core.db import db
from backend.core.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Delete, Insert, Select, Table, Update
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

    from backend.core.db import Base

    Rows = Sequence[Mapping[str, Any]]
    Process = Callable[[Any], Any] | None
    Values = Mapping[str, ColumnElement[Any]]
    Make = Callable[[Any, tuple[str, ...], Values], Insert | Update | Delete]
    """Of a statement or table, the columns that find a row, and where each column's value comes from."""


def insert_rows(statement: Insert, rows: Rows) -> None:
    """Execute `statement` (a constant of its module, without values) with each of `rows`, all with the same columns.

    Nothing is filled in: every column that has a default in Python must be named. Raises `ValueError` otherwise.
    """
    _write(_insert, statement, (), rows)


def update_rows(table: Table, rows: Rows, *, by: tuple[str, ...]) -> None:
    """Update the row that each of `rows` names in the columns `by` with what its others say; no row twice."""
    _write(_update, table, by, rows)


def delete_rows(table: Table, rows: Rows) -> None:
    """Delete the rows that are as each of `rows` says."""
    _write(_delete, table, tuple(rows[0]) if rows else (), rows)


def count_anew(*models: type[Base]) -> None:
    """Have PostgreSQL look at tables that were just filled: it plans by what it last counted, by itself a minute later.

    Belongs into the unit of work whose statements need it. SQLite plans without counting.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text(f"ANALYZE {', '.join(model.__tablename__ for model in models)}"))


@lru_cache(maxsize=256)
def compiled(
    query: Select[*tuple[Any, ...]], dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
    """The text of a query, and how the values of its parameters become what the driver takes."""
    built = query.compile(dialect=dialect)
    prepare = _by_row(built, {name: name for name in names})
    return str(built), lambda values: prepare([values])[0]


def _write(make: Make, what: Insert | Table, by: tuple[str, ...], rows: Rows) -> None:
    if not rows:
        return
    connection = db.session.connection()
    text, prepare = _made(make, what, by, tuple(rows[0]), connection.dialect)
    connection.exec_driver_sql(text, prepare(rows))


@lru_cache(maxsize=256)
def _made(
    make: Make, what: Insert | Table, by: tuple[str, ...], keys: tuple[str, ...], dialect: Dialect
) -> tuple[str, Callable[[Rows], Any]]:
    """The text of a statement, and how rows become what the driver takes. All that it is made of lives on."""
    table = cast("Table", what if isinstance(what, sa.Table) else what.table)
    # A parameter must not have the name of a column.
    parameters = {key: bindparam(f"given_{key}", type_=table.c[key].type) for key in keys}
    built = make(what, by, parameters).compile(dialect=dialect)
    keys_of = {parameter.key: key for key, parameter in parameters.items()}
    if missing := sorted(built.params.keys() - keys_of.keys()):
        message = f"Name every column: {missing}"
        raise ValueError(message)
    if dialect.name == "postgresql":
        return _over_json(make, what, by, keys, built)
    return str(built), _by_row(built, keys_of)


def _by_row(built: SQLCompiler, keys_of: Mapping[str, str]) -> Callable[[Rows], list[Any]]:
    """How rows become what `executemany` takes; `keys_of` tells which of their keys each parameter holds."""
    names = built.positiontup or list(keys_of)
    processors = [_processor(built, name) for name in names]

    def prepare(rows: Rows) -> list[Any]:
        columns = [_column(rows, keys_of[name], process) for name, process in zip(names, processors, strict=True)]
        values = list(zip(*columns, strict=True))
        return values if built.positional else [dict(zip(names, each, strict=True)) for each in values]

    return prepare


def _over_json(
    make: Make, what: Insert | Table, by: tuple[str, ...], keys: tuple[str, ...], scalar: SQLCompiler
) -> tuple[str, Callable[[Rows], dict[str, str]]]:
    """The statement with its rows from `json_to_recordset`, and how they become that document."""
    types = {key: scalar.binds[f"given_{key}"].type for key in keys}
    document = func.json_to_recordset(bindparam("rows", type_=JSON()))
    given = document.table_valued(*(sa.column(key, types[key]) for key in keys)).render_derived(
        "given", with_types=True
    )
    # What a type refuses is refused (a time without a zone); the rest PostgreSQL reads from JSON as it is.
    processors = {key: _processor(scalar, f"given_{key}") for key in keys if isinstance(types[key], UtcDateTime)}

    def prepare(rows: Rows) -> dict[str, str]:
        for key, process in processors.items():
            _column(rows, key, process)
        return {"rows": orjson.dumps(rows).decode()}

    return str(make(what, by, dict(given.c)).compile(dialect=scalar.dialect)), prepare


def _insert(statement: Insert, _by: tuple[str, ...], values: Values) -> Insert:
    if all(isinstance(each, sa.BindParameter) for each in values.values()):
        return statement.values(dict(values))
    return statement.from_select(list(values), select(*values.values()), include_defaults=False)


def _update(table: Table, by: tuple[str, ...], values: Values) -> Update:
    rest = {key: value for key, value in values.items() if key not in by}
    return sa.update(table).where(*(table.c[key] == values[key] for key in by)).values(rest)


def _delete(table: Table, by: tuple[str, ...], values: Values) -> Delete:
    return sa.delete(table).where(*(table.c[key] == values[key] for key in by))


def _processor(built: SQLCompiler, name: str) -> Process:
    """What the type of a parameter does to its values. SQLAlchemy's own way is to ask row by row."""
    return cast("Process", built._bind_processors.get(name))  # noqa: SLF001 - see above


def _column(rows: Rows, key: str, process: Process) -> list[Any]:
    """The values of a column; one that stands in row after row (the time of a batch) is processed only once."""
    values = [row[key] for row in rows]
    if process is None:
        return values
    last: object = _column  # Anything that is no value.
    made, processed = None, []
    for value in values:
        if value is not last:
            last, made = value, process(value)
        processed.append(made)
    return processed
