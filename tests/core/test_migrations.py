"""The migrations make the tables that the models describe, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import upgrade
from sqlalchemy.exc import IntegrityError

from backend.core import clock
from backend.core.db import db, table_of
from backend.core.ids import new_id
from sms.models import Template, TemplateVersion
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


def _put(table: str, values: dict[str, object], like: type) -> None:
    """Insert a row as the table was when it had these columns only."""
    kinds = table_of(like).c
    columns = [sa.column(name, kinds[name].type) for name in values]
    db.session.execute(sa.insert(sa.table(table, *columns)).values(values))


def _plant(template_id: str) -> None:
    now = clock.now()
    kept = {"id": template_id, "name": "autumn", "language": "ko", "purpose": "commercial", "state": "approved"}
    _put("template", kept | {"newest": 1, "created_at": now, "updated_at": now}, Template)
    written = {"template_id": template_id, "number": 1, "body": "가을입니다", "written_at": now}
    _put("template_version", written, TemplateVersion)
    db.session.commit()


def test_a_table_that_others_refer_to_is_made_anew_with_all_that_it_holds(app: Flask, tmp_path: Path) -> None:
    with house(app, tmp_path, revision="sms_0003"):
        template_id = new_id()
        _plant(template_id)
        upgrade(revision="heads")
        assert db.session.scalar(sa.select(TemplateVersion.body)) == "가을입니다"
        assert db.session.scalar(sa.select(Template.one_to_one)) is True
        db.session.rollback()
        with pytest.raises(IntegrityError):
            db.session.execute(sa.text("DELETE FROM template"))


def test_an_upgrade_that_would_leave_rows_without_what_they_refer_to_is_taken_back(
    app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        pytest.skip("PostgreSQL never lets go of its foreign keys")
    with house(app, tmp_path, revision="sms_0003"):
        _plant(new_id())
        with db.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys=OFF")
            driver.execute("DELETE FROM template")
            driver.execute("PRAGMA foreign_keys=ON")
        with pytest.raises(SystemExit):
            upgrade(revision="heads")
        assert "would leave rows of template_version that refer to no row of template" in caplog.text
        assert db.session.scalar(sa.text("SELECT version_num FROM alembic_version")) == "sms_0003"
