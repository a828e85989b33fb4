"""Pieces of SQL that the two databases spell differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Integer, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement, SQLColumnExpression
    from sqlalchemy.sql.compiler import SQLCompiler


class _MonthDay(FunctionElement[int]):
    type = Integer()
    inherit_cache = True


class _DaysSince(FunctionElement[int]):
    type = Integer()
    inherit_cache = True


class _LastItem(FunctionElement[int]):
    type = Integer()
    inherit_cache = True


def month_day(column: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """A date without its year, as a number: 229 is the 29th of February."""
    return _MonthDay(column)


def days_since(column: SQLColumnExpression[Any], today: date) -> ColumnElement[int]:
    """How many days a date lies back from `today`, negative where it is still to come."""
    return _DaysSince(column, literal(today, Date))


def last_number(column: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """The last number of a JSON list of them; NULL of an empty one."""
    return _LastItem(column)


@compiles(_MonthDay, "sqlite")
def _month_day_of_text(element: _MonthDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    (column,) = (compiler.process(each, **options) for each in element.clauses)
    return f"(CAST(substr({column}, 6, 2) AS INTEGER) * 100 + CAST(substr({column}, 9, 2) AS INTEGER))"


@compiles(_MonthDay, "postgresql")
def _month_day_of_date(element: _MonthDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    (column,) = (compiler.process(each, **options) for each in element.clauses)
    return f"(date_part('month', {column}) * 100 + date_part('day', {column}))"


@compiles(_DaysSince, "sqlite")
def _days_since_text(element: _DaysSince, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    column, today = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(julianday({today}) - julianday({column}) AS INTEGER)"


@compiles(_DaysSince, "postgresql")
def _days_since_date(element: _DaysSince, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    column, today = (compiler.process(each, **options) for each in element.clauses)
    return f"({today} - {column})"


@compiles(_LastItem, "sqlite")
def _last_of_text(element: _LastItem, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    (column,) = (compiler.process(each, **options) for each in element.clauses)
    return f"json_extract({column}, '$[#-1]')"


@compiles(_LastItem, "postgresql")
def _last_of_jsonb(element: _LastItem, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    (column,) = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST({column} ->> -1 AS INTEGER)"
