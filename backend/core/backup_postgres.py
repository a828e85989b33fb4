"""Backups of a PostgreSQL database, by pg_dump and pg_restore."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from backend.core.backup import BackupFailed, BackupUnusable, RestoreFailed
from backend.core.db import WRITERS_GATE, Base, is_contention
from backend.core.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

_TABLES = frozenset({"alembic_version", "sync_clock"})
_TOC_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE \S+ (\S+) ", re.MULTILINE)
_ATTEMPTS = 200
# Every request reads one of these first: who waits for them holds nothing yet that anybody waits for.
_FIRST = ("device", "staff")


class PostgresArchive:
    """A backup is an archive in pg_dump's custom format, without owners and privileges."""

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url

    def write(self, file: Path) -> None:
        """pg_dump reads everything in one snapshot and blocks nobody."""
        ran = _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={file}"], self._url)
        if ran.returncode:
            message = f"pg_dump could not read the database: {_last_line(ran.stderr)}"
            raise BackupFailed(message)

    def check(self, file: Path) -> None:
        """Read the archive's table of contents; the data is read when it is staged."""
        ran = _run("pg_restore", ["--list", str(file)], None)
        if ran.returncode or not set(_TOC_TABLE.findall(ran.stdout)) >= _TABLES:
            message = "This is no backup of a PostgreSQL database of Dangol's. Nothing was changed."
            raise BackupUnusable(message)

    @contextmanager
    def staged(self, file: Path) -> Iterator[str]:
        """A database beside the live one, in the same cluster."""
        name = f"dangol_restore_{new_id().replace('-', '')}"
        url = self._url.set(database=name)
        with _administering(self._url) as connection:
            try:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
            except DBAPIError as error:
                message = f"A database to work in cannot be made (the role needs CREATEDB): {_reason(error)}"
                raise RestoreFailed(message) from None
        try:
            options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
            ran = _run("pg_restore", [*options, f"--dbname={name}", str(file)], url)
            if ran.returncode:
                message = f"The backup is damaged: {_last_line(ran.stderr)} Nothing was changed."
                raise BackupUnusable(message)
            yield url.render_as_string(hide_password=False)
        finally:
            with _administering(self._url) as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def publish(self, staged: Engine, live: Engine) -> None:
        """Empty all tables and fill them, in one transaction. Requests wait for it at the first table they touch."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with staged.connect() as source, live.begin() as target:
                    _replace(source, target)
                break
            except DBAPIError as error:
                # Somebody stood crosswise: everything is let go, so that they finish, and taken again.
                if not is_contention(error) or attempt == _ATTEMPTS:
                    message = f"The live database cannot be written: {_reason(error)} Nothing was changed."
                    raise RestoreFailed(message) from None
                time.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - no secret
            except psycopg.Error as error:
                message = f"The data could not be copied: {_last_line(str(error))} Nothing was changed."
                raise RestoreFailed(message) from None


def _replace(source: Connection, target: Connection) -> None:
    tables = Base.metadata.sorted_tables
    prepare = target.dialect.identifier_preparer
    # Units of work first: those that run come to their end, new ones wait at their very beginning.
    target.execute(select(func.pg_advisory_xact_lock(WRITERS_GATE)))
    target.execute(text("SET LOCAL lock_timeout = '300ms'"))
    in_turn = sorted((table.name for table in tables), key=lambda name: (name not in _FIRST, name))
    names = ", ".join(prepare.quote(name) for name in in_turn)
    target.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    target.execute(text("SET LOCAL lock_timeout = 0"))
    target.execute(text(f"TRUNCATE {names}"))
    read: Any = source.connection.driver_connection
    written: Any = target.connection.driver_connection
    for table in tables:
        columns = ", ".join(prepare.quote(column.name) for column in table.columns)
        place = f"{prepare.quote(table.name)} ({columns})"
        with (
            read.cursor().copy(f"COPY {place} TO STDOUT (FORMAT BINARY)") as rows,
            written.cursor().copy(f"COPY {place} FROM STDIN (FORMAT BINARY)") as place_for_rows,
        ):
            for piece in rows:
                place_for_rows.write(piece)


@contextmanager
def _administering(url: URL) -> Iterator[Connection]:
    """A connection on which databases can be made: such statements stand in no transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _run(program: str, arguments: list[str], url: URL | None) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs; who may connect is told in the environment, which nobody else can list."""
    path = _program(program)
    environment = {**os.environ, "LC_ALL": "C"}
    if url is not None:
        given: dict[str, object] = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username}
        given |= {"PGPASSWORD": url.password, "PGDATABASE": url.database}
        given |= {f"PG{key.upper()}": value for key, value in url.query.items()}
        environment |= {key: str(value) for key, value in given.items() if value is not None}
    return subprocess.run(  # noqa: S603 - arguments are made here, without a shell
        [path, *arguments], env=environment, check=False, capture_output=True, text=True
    )


def _program(name: str) -> str:
    """The program on PATH, or where Debian keeps it, the newest first."""
    found = shutil.which(name)
    if found is None:
        installed = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
        found = next(map(str, sorted(installed, key=lambda path: int(path.parts[4].split(".")[0]), reverse=True)), None)
    if found is None:
        message = f"{name} was not found; install PostgreSQL's client programs."
        raise BackupFailed(message)
    return found


def _last_line(errors: str) -> str:
    lines = errors.strip().splitlines()
    return f"{lines[-1].removesuffix('.')}." if lines else "it did not say why."


def _reason(error: DBAPIError) -> str:
    return _last_line(str(error.orig))
