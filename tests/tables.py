"""The tables of a test's database: made at once instead of by migrations, emptied after each test."""

from __future__ import annotations

from sqlalchemy import create_engine

from backend.cli import prepare_rows
from backend.core.db import Base, db, run_in_unit_of_work


def create(url: str) -> None:
    """Every table that the app knows; it must have been made before."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()


def prepare() -> None:
    """The rows without which a database cannot be used."""
    run_in_unit_of_work(prepare_rows)


def empty() -> None:
    """Past SQLAlchemy, whose guard rightly refuses a write to replicated tables that nobody announced."""
    db.session.remove()
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if db.engine.dialect.name == "sqlite" else "SELECT 1")
        for table in reversed(Base.metadata.sorted_tables):
            cursor.execute(f'DELETE FROM "{table.name}"')  # noqa: S608 - names of our own tables
        cursor.close()
        connection.commit()
    finally:
        connection.close()
