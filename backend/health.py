"""`GET /healthz`: ready when the database answers and its migrations are current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import to_tuple
from flask import Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from backend.core.db import db

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Serve `/healthz`."""
    app.add_url_rule("/healthz", "healthz", healthz)


def healthz() -> tuple[dict[str, str], int] | Response:
    """`{"status": "ok"}`, or 503 with what is missing."""
    try:
        current = is_migrated()
    except SQLAlchemyError:
        return {"status": "unavailable", "detail": "The database does not answer."}, 503
    if not current:
        return {"status": "unavailable", "detail": "The database needs `dangol init`."}, 503
    return {"status": "ok", "database": db.engine.dialect.name}, 200


def is_migrated() -> bool:
    """Whether the database stands at the newest migration of every branch."""
    heads: set[str] = current_app.extensions.setdefault("dangol.migration_heads", _heads())
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _heads() -> set[str]:
    """The newest revisions, as the version table names them: one that another branch depends on is implied by it."""
    config = current_app.extensions["migrate"].migrate.get_config()
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())
    implied = {
        name
        for revision in revisions
        for name in (*to_tuple(revision.down_revision, ()), *to_tuple(revision.dependencies, ()))
    }
    return {revision.revision for revision in revisions} - implied
