"""Backups of an SQLite database, by SQLite's online backup."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backend.core.backup import BackupFailed, BackupUnusable, RestoreFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

_MAGIC = b"SQLite format 3\x00"
_TABLES = frozenset({"alembic_version", "sync_clock"})
_BUSY_SECONDS = 60.0


class SqliteArchive:
    """A backup is a database file of its own, with nothing left in a journal beside it."""

    def __init__(self, engine: Engine) -> None:
        self._path = Path(engine.url.database or "")

    def write(self, file: Path) -> None:
        """Copy in one step: one view of the data. The log (WAL) keeps writers going meanwhile."""
        if not self._path.is_file():
            message = "There is no database yet: run `dangol init` first."
            raise BackupFailed(message)
        try:
            with (
                closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as source,
                closing(sqlite3.connect(file)) as target,
            ):
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE").close()
        except sqlite3.Error as error:
            message = f"The database could not be copied: {error}."
            raise BackupFailed(message) from None

    def check(self, file: Path) -> None:
        """Read every page."""
        foreign = "This is no backup of an SQLite database of Dangol's. Nothing was changed."
        with file.open("rb") as content:
            if content.read(len(_MAGIC)) != _MAGIC:
                raise BackupUnusable(foreign)
        try:
            with closing(sqlite3.connect(file)) as connection:
                sound = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
                names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error:
            sound, names = False, set()
        if not sound:
            message = "The backup is damaged. Nothing was changed."
            raise BackupUnusable(message)
        if not names >= _TABLES:
            raise BackupUnusable(foreign)

    @contextmanager
    def staged(self, file: Path) -> Iterator[str]:
        """The copy itself is the staging database."""
        yield f"sqlite:///{file}"

    def publish(self, staged: Engine, live: Engine) -> None:
        """Copy page by page within one write transaction of the live file: who reads meanwhile reads the old data."""
        staged.dispose()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with (
                closing(sqlite3.connect(staged.url.database or "")) as source,
                closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as target,
            ):
                target.execute("PRAGMA journal_mode=WAL").close()
                target.execute("PRAGMA synchronous=FULL").close()
                source.backup(target)
                # Nothing of the old data stays in the log, unless somebody still reads it.
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        except sqlite3.Error as error:
            message = (
                f"The present database at {self._path} cannot be written: {error}. If it is beyond repair, move it and "
                "the files beside it (-wal, -shm) away and restore again. Nothing was changed."
            )
            raise RestoreFailed(message) from None
        live.dispose()
