"""The migration makes the tables that the models describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from backend.core.db import db
from tests.sync.house import house

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


# Alembic passes over indexes of expressions, and says so.
@pytest.mark.filterwarnings("ignore:.*expression-based index:sqlalchemy.exc.SAWarning")
def test_the_tables_of_duplicates_are_those_of_the_models(app: Flask, tmp_path: Path) -> None:
    with house(app, tmp_path), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _ours})
        assert compare_metadata(context, db.metadata) == []


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    return kind != "table" or (name or "").startswith("duplicate_")
