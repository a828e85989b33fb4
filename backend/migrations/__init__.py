"""The database's history: one branch of Alembic revisions for the API, and one for each plug-in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask_migrate import Migrate

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.config import Config
    from flask import Flask

_HERE = Path(__file__).resolve().parent
_LOCATIONS = "dangol.migration_locations"
_PREFIXES = "dangol.migration_prefixes"


def init_app(app: Flask) -> None:
    """Attach Flask-Migrate (`dangol db …`) to `app`."""
    migrate = Migrate(app, db, directory=str(_HERE))
    app.extensions[_LOCATIONS] = [str(_HERE / "versions")]
    app.extensions[_PREFIXES] = []

    @migrate.configure  # type: ignore[untyped-decorator] # Flask-Migrate ships no types
    def _with_plugins(config: Config) -> Config:
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", "\n".join(app.extensions[_LOCATIONS]))
        return config


def add_branch(app: Flask, *, versions: Path, table_prefixes: Sequence[str]) -> None:
    """Let a plug-in keep the revisions of its own tables, whose names begin so, in `versions`."""
    app.extensions[_LOCATIONS].append(str(versions))
    app.extensions[_PREFIXES].extend(table_prefixes)
