"""Writing many rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table

    from backend.core.db import Base


def table_of(model: type[Base]) -> Table:
    """The table of a mapped class."""
    return cast("Table", model.__table__)


def write_rows(model: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows` in the open unit of work, as fast as the driver takes them.

    The one place that goes below SQLAlchemy's statements: its per-row parameter handling costs more than SQLite's
    insert of a sale line. So values come as the database stores them: ids and ISO dates as text, times as `time_text`,
    JSON as text, booleans as such. Replicated tables need `mark_changed` first: no ORM flush sees these rows.
    """
    if not rows:
        return
    connection = db.session.connection()
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        with (
            cast("Any", connection.connection).cursor() as cursor,
            cursor.copy(f'COPY "{table_of(model).name}" ({names}) FROM STDIN') as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table_of(model).name}" ({names}) VALUES ({marks})'  # noqa: S608 - names come from the models
    connection.exec_driver_sql(statement, cast("Any", rows))
