"""How a database would find rows: the steps of its plan, on SQLite and on PostgreSQL.

A test's tables hold a handful of rows, where any way is as short, and what PostgreSQL takes for the shortest depends on
whether it has counted them lately. So its plans are made as if it never had, and as if reading a whole table were dear:
the question is what can be sought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FORGET = (
    "SET LOCAL enable_seqscan = off",
    "DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
    "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
)


def steps(statement: Any, parameters: Sequence[Any] | Mapping[str, Any] = (), *, without: Sequence[str] = ()) -> str:
    """
    The plan of a statement (text as the driver reads it, or one of SQLAlchemy's), as the lines of EXPLAIN.

    The session is rolled back afterwards. `without` names indexes that PostgreSQL must not use: two may serve as well.
    """
    connection = db.session.connection()
    if not isinstance(statement, str):
        statement = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        explain = "EXPLAIN"
        for forget in (*_FORGET, *(f'DROP INDEX "{index}"' for index in without)):
            connection.exec_driver_sql(forget)
    try:
        return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
    finally:
        db.session.rollback()
