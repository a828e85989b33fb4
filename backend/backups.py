"""`dangol backup` and `dangol restore`: the whole database to a file and back, while Dangol runs."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.exc import SQLAlchemyError

from backend import privacy
from backend.core import clock, events
from backend.core.backup import BackupUnusable, archive_of, staged_backup, working_on, write_backup
from backend.core.db import db, run_in_unit_of_work
from backend.health import is_migrated
from backend.sync import epochs

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Restored:
    """What a restore came to. `counts` is by what was done (`erased_again`, `messages_unknown`, …)."""

    epoch: str
    restored_to: datetime
    counts: dict[str, int]


def backup(target: Path) -> int:
    """Write a backup to `target`; its size in bytes. Raises `BackupFailed`."""
    run_in_unit_of_work(epochs.note_backup)
    return write_backup(target)


def restore(file: Path) -> Restored:
    """Put the backup `file` in place of the live data, also under a running server.

    Everything is made ready in a staging database: today's tables, a new epoch, and what must not come back with old
    data (erased persons, messages that may have gone). Then it takes the live data's place at once. Raises
    `BackupUnusable` or `RestoreFailed`, and nothing was changed.
    """
    live = db.engine
    begins = events.RestoreBegins(readable=_is_readable())
    events.publish(begins)
    db.session.rollback()
    with staged_backup(file) as staged:
        with working_on(staged):
            _bring_up_to_date(file)
            restored = run_in_unit_of_work(lambda: _make_ready(begins))
            privacy.clean_blocks()
        if live.dialect.name != "sqlite" and not is_migrated():
            # A new server's empty database: its rows are replaced, hence it needs the tables.
            upgrade(revision="heads")
        db.session.remove()
        archive_of(live).publish(staged, live)
    _log.warning("restored", epoch=restored.epoch, restored_to=clock.rfc3339(restored.restored_to), **restored.counts)
    return restored


def _is_readable() -> bool:
    try:
        return is_migrated()
    except SQLAlchemyError:
        return False


def _bring_up_to_date(file: Path) -> None:
    """Migrate the staging database. Raises `BackupUnusable` when it comes from a newer Dangol."""
    config = current_app.extensions["migrate"].migrate.get_config()
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if not _revisions(db.engine) <= known:
        message = f"{file} was made by a newer version of Dangol; restore it with that one. Nothing was changed."
        raise BackupUnusable(message)
    if not is_migrated():
        upgrade(revision="heads")


def _revisions(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


def _make_ready(begins: events.RestoreBegins) -> Restored:
    restored_to = epochs.begin_epoch()
    event = events.DatabaseRestored(restored_to, begins.carried)
    events.publish(event)
    db.session.flush()
    return Restored(epochs.clock_state().epoch, restored_to, dict(event.counts))


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def backup_command(file: Path, *, as_json: bool) -> None:
    """Back the database up to FILE, also while Dangol runs. The file holds personal data: keep it like the database."""
    size = backup(file)
    click.echo(json.dumps({"file": str(file), "bytes": size}) if as_json else f"Backed up to {file} ({size:,} bytes).")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask, even at a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def restore_command(file: Path, *, yes: bool, as_json: bool) -> None:
    """Put the backup FILE in place of the present data, also while Dangol runs.

    Tablets take a new copy by themselves and send again what they recorded since the backup. Who was erased since then
    is erased again.
    """
    if not yes and sys.stdin.isatty():
        click.confirm("Everything since the backup is replaced by it. Restore?", abort=True, err=True)
    restored = restore(file)
    to = clock.rfc3339(restored.restored_to)
    if as_json:
        click.echo(json.dumps({"epoch": restored.epoch, "restored_to": to} | restored.counts))
        return
    click.echo(f"Restored to {to}. Tablets start from a new copy and send again what they recorded since.")
    for name, count in restored.counts.items():
        click.echo(f"{name.replace('_', ' ')}: {count}")
