"""A house of its own: an app over a migrated database, as `dangol init` makes it, for what replaces all of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask_migrate import upgrade
from sqlalchemy import create_engine, make_url, text

import sms
from backend.app import create_app
from backend.cli import prepare_rows
from backend.core.db import db, run_in_unit_of_work
from backend.core.ids import new_id
from backend.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask


@contextmanager
def house(like: Flask, folder: Path, *, revision: str = "heads") -> Iterator[Flask]:
    """An app over a fresh database of the same kind as that of `like`, within its context."""
    with _database(like, folder) as url:
        settings = load(
            {
                "DANGOL_DEMO": "1",
                "DANGOL_DATABASE_URL": url,
                "DANGOL_SIMULATOR_DATABASE": str(folder / "simulator.sqlite3"),
                "DANGOL_UPLOADS": str(folder / "uploads"),
            }
        )
        app = create_app(settings)
        sms.init_app(app)
        app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
        with app.app_context():
            upgrade(revision=revision)
            if revision == "heads":
                run_in_unit_of_work(prepare_rows)
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()


@contextmanager
def _database(like: Flask, folder: Path) -> Iterator[str]:
    present = make_url(like.config["SQLALCHEMY_DATABASE_URI"])
    if present.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder / 'house.sqlite3'}"
        return
    name = f"house_{new_id().replace('-', '')}"
    engine = create_engine(present, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        yield present.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()
