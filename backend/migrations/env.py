"""How Alembic meets the database: through the app's engine, with every plug-in's own branch of revisions."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from backend.core.db import db


def run() -> None:
    """Run the migrations on a connection of the app's engine, in one transaction each."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=_wanted,
            compare_type=True,
            render_as_batch=connection.dialect.name == "sqlite",
            user_module_prefix="types.",
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def _wanted(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:  # noqa: ANN401, FBT001 - Alembic's signature
    """Leave out the tables of the other branches while a revision is generated (`-x tables=prefix_`)."""
    prefix = context.get_x_argument(as_dictionary=True).get("tables")
    if kind != "table" or prefix is None or name is None:
        return True
    mine = name.startswith(prefix) if prefix != "backend" else not name.startswith(tuple(_plugin_prefixes()))
    return bool(mine)


def _plugin_prefixes() -> list[str]:
    found: list[str] = current_app.extensions.get("dangol.migration_prefixes", [])
    return found


run()
