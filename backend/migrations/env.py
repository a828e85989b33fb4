"""How Alembic meets the database: through the app's engine, with every plug-in's own branch of revisions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alembic import context
from flask import current_app

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.runtime.migration import MigrationContext, MigrationInfo
    from sqlalchemy import Connection


def run() -> None:
    """Run the migrations on a connection of the app's engine, in one transaction each."""
    with db.engine.connect() as connection, _tables_may_be_made_anew(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=_wanted,
            compare_type=True,
            render_as_batch=connection.dialect.name == "sqlite",
            user_module_prefix="types.",
            transaction_per_migration=True,
            on_version_apply=_refuse_lost_rows,
        )
        with context.begin_transaction():
            context.run_migrations()


@contextmanager
def _tables_may_be_made_anew(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: what refers to it must neither refuse that nor be deleted by it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()  # A pragma within a transaction says nothing and does nothing.
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_lost_rows(ctx: MigrationContext, step: MigrationInfo, heads: object, run_args: object) -> None:  # noqa: ARG001 - Alembic gives them by name
    """Take a revision back, whole, that leaves a row behind which refers to nothing."""
    connection = ctx.connection
    if connection is None or connection.dialect.name != "sqlite":
        return
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        message = f"Revision {step.up_revision_id} would leave rows of {lost[0]} that refer to no row of {lost[2]}."
        raise RuntimeError(message)


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
