"""A column is one of many values, which are sent as one list.

`column.in_(values)` names each value in the statement: SQLAlchemy writes and the database reads a new text every time,
and there are limits to how many. Here the text is always the same, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import ARRAY, Boolean, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine.interfaces import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine


class _List(TypeDecorator[list[Any]]):
    """A list of values of one type; JSON on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401 - a list, or its JSON
        return list(value) if dialect.name == "postgresql" else orjson.dumps(value).decode()


class _OneOf(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> _OneOf:  # noqa: ARG002 - signature of the base
        """As it is: `… = 1`, which SQLAlchemy would add for SQLite, keeps SQLite from its indexes."""
        return self


def one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether `column` (ids, codes) is among the strings of the parameter `name`, a list or a tuple."""
    return _OneOf(column, bindparam(name, type_=_List(column.type)))


@compiles(_OneOf, "sqlite")
def _in_json(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter


@compiles(_OneOf, "postgresql")
def _in_array(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY({values})"
