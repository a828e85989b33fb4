"""A new column that refers to another table, added in place.

Alembic would copy the whole table on SQLite and lose its indexes of expressions, which SQLAlchemy cannot read.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types


def add_reference(table: str, column: str, *, to: str) -> None:
    """Add `column`, an id in the table `to` or nothing."""
    name = f"fk_{table}_{column}_{to}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(36) CONSTRAINT {name} REFERENCES {to} (id)")
        return
    op.add_column(table, sa.Column(column, types.Id(length=36), nullable=True))
    op.create_foreign_key(name, table, to, [column], ["id"])


def drop_reference(table: str, column: str) -> None:
    """Take the column away again. SQLite does not drop one that refers to anything: there it stays, empty."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"UPDATE {table} SET {column} = NULL")  # noqa: S608 - names come from the migrations
        return
    op.drop_column(table, column)
