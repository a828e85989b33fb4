"""`GET /healthz`: ready when the database answers and its migrations are current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
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
    heads = current_app.extensions.setdefault("dangol.migration_heads", _heads())
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _heads() -> set[str]:
    config = current_app.extensions["migrate"].migrate.get_config()
    return set(ScriptDirectory.from_config(config).get_heads())
