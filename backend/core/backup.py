"""Backups of the whole database: written beside the running server, restored under it.

A backup is the database's own format (an SQLite file; an archive of pg_dump) with a line behind it that holds its
length and digest, so that damage shows before anything is changed. What is restored is first made ready in a staging
database (`staged_backup`, `working_on`) and then takes the live one's place in one transaction (`publish`): a request
sees all of the old data or all of the new.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from sqlalchemy import create_engine

from backend.core.db import db, engine_options
from backend.core.errors import DangolError
from backend.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Engine

_TRAILER = re.compile(rb"\nDANGOL-BACKUP 1 sha256=([0-9a-f]{64}) bytes=([0-9]{1,15})\n")
_LONGEST_TRAILER = 128
_PIECE = 1 << 20


class BackupFailed(DangolError):
    """The backup was not written."""

    code: ClassVar[str] = "backup_failed"


class BackupUnusable(DangolError):
    """This file is no backup that can be restored here. Nothing was changed."""

    code: ClassVar[str] = "backup_unusable"


class RestoreFailed(DangolError):
    """The backup was not restored. Nothing was changed."""

    code: ClassVar[str] = "restore_failed"


class Archive(Protocol):
    """How one kind of database is written to a file and read back."""

    def write(self, file: Path) -> None:
        """Write the whole database, as of one moment, into the empty `file`. Raises `BackupFailed`."""

    def check(self, file: Path) -> None:
        """Raise `BackupUnusable` unless `file` (without the line behind it) looks like a database of Dangol's."""

    def staged(self, file: Path) -> AbstractContextManager[str]:
        """The URL of a database of its own that holds what is in `file`; gone at the end."""

    def publish(self, staged: Engine, live: Engine) -> None:
        """Put all that is in `staged` in place of what is in `live`, in one transaction. Raises `RestoreFailed`."""


def archive_of(engine: Engine) -> Archive:
    """The archive for the kind of database behind `engine`."""
    if engine.dialect.name == "postgresql":
        from backend.core.backup_postgres import PostgresArchive  # noqa: PLC0415 - needs the optional driver

        return PostgresArchive(engine)
    from backend.core.backup_sqlite import SqliteArchive  # noqa: PLC0415 - as above, for symmetry

    return SqliteArchive(engine)


def write_backup(target: Path) -> int:
    """Back the database up to `target`, whole or not at all, readable by its owner only; its size in bytes.

    An older file of this name is replaced once the new one is safely on the disk. Raises `BackupFailed`.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # mkstemp makes it 0600
    except OSError as error:
        message = f"Nothing can be written in {target.parent}: {error.strerror}."
        raise BackupFailed(message) from None
    os.close(handle)
    half = Path(name)
    try:
        archive_of(db.engine).write(half)
        size = _seal(half)
        half.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        message = f"The backup could not be written to {target}: {error.strerror}."
        raise BackupFailed(message) from None
    finally:
        half.unlink(missing_ok=True)
    return size


@contextmanager
def staged_backup(file: Path) -> Iterator[Engine]:
    """An engine on a staging database that holds the backup `file`. Raises `BackupUnusable`."""
    archive = archive_of(db.engine)
    with tempfile.TemporaryDirectory(prefix=".dangol-restore-", dir=_beside(db.engine)) as folder:
        bare = Path(folder) / "backup"
        _unseal(file, bare)
        archive.check(bare)
        with archive.staged(bare) as url:
            engine = create_engine(url, **engine_options(url))
            try:
                yield engine
            finally:
                engine.dispose()


@contextmanager
def working_on(engine: Engine) -> Iterator[None]:
    """Have everything that uses `db` inside the block work on `engine`. For commands: it holds for the process."""
    engines = cast("dict[str | None, Engine]", db.engines)
    kept = engines[None]
    db.session.remove()
    engines[None] = engine
    try:
        yield
    finally:
        db.session.remove()
        engines[None] = kept


def _seal(file: Path) -> int:
    """Put the line with length and digest behind `file` and have it on the disk; its size."""
    with file.open("rb+") as content:
        digest, size = _digest(content.fileno())
        content.seek(0, os.SEEK_END)
        content.write(b"\nDANGOL-BACKUP 1 sha256=%s bytes=%d\n" % (digest.encode(), size))
        content.flush()
        os.fsync(content.fileno())
    return file.stat().st_size


def _unseal(file: Path, bare: Path) -> None:
    """Copy `file` without the line behind it to `bare`. Raises `BackupUnusable` when it is not as it was written."""
    try:
        with file.open("rb") as source, bare.open("wb") as target:
            source.seek(max(0, file.stat().st_size - _LONGEST_TRAILER))
            trailer = _TRAILER.search(source.read())
            source.seek(0)
            # A copy that was made in another way has no such line; what is in it is checked all the same.
            left = int(trailer.group(2)) if trailer else file.stat().st_size
            digest = hashlib.sha256()
            while left and (piece := source.read(min(left, _PIECE))):
                target.write(piece)
                digest.update(piece)
                left -= len(piece)
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}. Nothing was changed."
        raise BackupUnusable(message) from None
    if left or (trailer and digest.hexdigest() != trailer.group(1).decode()):
        message = f"{file} is damaged: it is not as it was written. Nothing was changed."
        raise BackupUnusable(message)


def _digest(descriptor: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := os.pread(descriptor, _PIECE, size):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    """Have the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def data_folder(engine: Engine) -> Path:
    """Where what belongs to a database is kept beside it: the SQLite file's folder; otherwise this machine's `var`."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        return Path(engine.url.database).resolve().parent
    return ROOT / "var"


def _beside(engine: Engine) -> Path | None:
    """A copy of everything is kept where the original is, not in a folder that everybody reads or that is in memory."""
    folder = data_folder(engine)
    return folder if folder.is_dir() else None
