"""The migrations make the tables that the models describe, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from backend.core.db import db
from tests.sync.house import house

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


# Alembic passes over indexes of expressions, and says so.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_a_migrated_database_has_the_tables_of_the_models(app: Flask, tmp_path: Path) -> None:
    with house(app, tmp_path), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
