"""The database: one `db`, one unit of work.

Services never begin or commit. The edge (a route, the push, a command, the worker) opens one unit of work; its end
runs the closers that were registered (the sync clock) and commits. On SQLite a unit of work begins IMMEDIATE, so that
it never has to upgrade a read lock, and only one runs in a process at a time (on PostgreSQL: a few), so that waiting
greenlets wait for each other rather than inside the driver. Reads begin deferred.
"""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app, has_request_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from backend.core import clock
from backend.core.errors import Busy
from backend.core.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flask import Flask
    from sqlalchemy import Table

T = TypeVar("T")

_BUSY_TIMEOUT_MS = 30_000
_ATTEMPTS = 40
_IN_UNIT = "dangol.unit_of_work"
_CLOSERS = "dangol.unit_closers"
_WRITE = "dangol_write"
_SYNCED, _UNSYNCED = "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"
_PG_DUPLICATE = "23505"
_SQLITE_DUPLICATE = frozenset({sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE})
# PostgreSQL: serialization_failure, deadlock_detected, lock_not_available.
_PG_CONTENTION = frozenset({"40001", "40P01", "55P03"})

WRITERS_GATE = 7_236_101
"""The advisory lock that every unit of work shares on PostgreSQL; a restore takes it alone and so waits them out."""
_PASS_GATE = f"SELECT pg_advisory_xact_lock_shared({WRITERS_GATE})"

# How many units of work a process has open at once. On PostgreSQL each statement lets the others of the process go on:
# many at once hold each other's rows for long, and all connections of the pool.
TURNS = {"sqlite": Turns(1), "postgresql": Turns(3)}
_TURN_WITHIN = 60.0


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": True})


class TryAgain(Exception):
    """Raised inside a unit of work that met a concurrent one: undo everything and run it once more."""


def on_close(app: Flask, closer: Callable[[Session], None]) -> None:
    """Have `closer(session)` run as the last thing of every unit of work, after the flush and before the commit."""
    app.extensions.setdefault(_CLOSERS, []).append(closer)


def in_unit_of_work() -> bool:
    """Whether a unit of work is open on the current session."""
    return bool(db.session().info.get(_IN_UNIT))


@contextmanager
def unit_of_work(*, synced: bool = True) -> Iterator[Session]:
    """Open the one write transaction of an edge; commit at the end, or undo all of it on any exception.

    Without `synced` the commit does not wait for the disk: it outlives the process, whatever kills it, but perhaps not
    a power cut in the next moment. For what is written at each look (the access log).

    Raises `Busy` when others have not let it begin for a minute, `RuntimeError` when one is open already: services that
    open their own would commit half of another's work.
    """
    session = db.session()
    if session.info.get(_IN_UNIT):
        message = "A unit of work is open already; services leave it to the edge."
        raise RuntimeError(message)
    session.rollback()  # An open read would pin an old view of the data.
    with _turn():
        session.info[_IN_UNIT] = True
        try:
            connection = session.connection(execution_options={_WRITE: _SYNCED if synced else _UNSYNCED})
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(_PASS_GATE)
                if not synced:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield session
            session.flush()
            for closer in current_app.extensions.get(_CLOSERS, ()):
                closer(session)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.clear()


@contextmanager
def _turn() -> Iterator[None]:
    turns = TURNS[db.engine.dialect.name]
    if not turns.acquire(within=_TURN_WITHIN):
        raise Busy
    try:
        yield
    finally:
        turns.release()


def run_in_unit_of_work(work: Callable[[], T], *, synced: bool = True) -> T:
    """Run `work` in a unit of work (see there for `synced`), again as often as other writers are in its way.

    Raises `Busy` after about a minute of contention, and whatever `work` raises.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with unit_of_work(synced=synced):
                return work()
        except (TryAgain, DBAPIError) as error:
            if isinstance(error, DBAPIError) and not is_contention(error):
                raise
        # Full jitter keeps writers that collided once from colliding again.
        time.sleep(random.uniform(0, min(2.0, 0.01 * 2**attempt)))  # noqa: S311 - not a secret
    raise Busy


def is_contention(error: DBAPIError) -> bool:
    """Whether the database refused only because another transaction was in the way."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    return getattr(error.orig, "sqlstate", None) in _PG_CONTENTION


def is_duplicate(error: IntegrityError) -> bool:
    """Whether a row is there already by that key."""
    if isinstance(error.orig, sqlite3.IntegrityError):
        return error.orig.sqlite_errorcode in _SQLITE_DUPLICATE
    return getattr(error.orig, "sqlstate", None) == _PG_DUPLICATE


def table_of(model: type[Base]) -> Table:
    """The table of a mapped class. A statement over it is read without the ORM, in about half the time."""
    return cast("Table", model.__table__)


def parts(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """`values` in parts that a statement can name one by one: databases limit how many."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def end_read() -> None:
    """End the read transaction of a request that does something slow afterwards (streams, waits)."""
    db.session.rollback()


def _configure_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # Transactions are begun below, not guessed by the driver.
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # What is deleted is overwritten: an erased person is in no free page.
        "secure_delete=ON",
        "cache_size=-65536",
        # Pages that many commits touch are written back once: 16 MB of log instead of 4.
        "wal_autocheckpoint=4000",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
    # PostgreSQL knows time zones; here a statement is lent what the clock knows.
    connection.create_function("local_hour", 2, _local_hour, deterministic=True)


@lru_cache(maxsize=65_536)
def _local_hour(stored: str, time_zone: str) -> int:
    """The hour that a clock in `time_zone` shows at a time as SQLite keeps it."""
    return clock.local_hour(datetime.fromisoformat(f"{stored}+00:00"), time_zone)


def _configure_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    if isinstance(connection, sqlite3.Connection):
        return
    from psycopg.types.string import TextLoader  # noqa: PLC0415 - a package that not every installation has

    # An id is text to us: no object is made of each only to be written out again.
    connection.adapters.register_loader("uuid", TextLoader)


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get(_WRITE)
        if writes and connection.info.get(_WRITE) != writes:
            # The connection may have served the other sort of unit before.
            connection.exec_driver_sql(writes)
            connection.info[_WRITE] = writes
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def _refuse_write_outside(session: Session, _context: object, _instances: object) -> None:
    if not session.info.get(_IN_UNIT):
        message = "Rows are written inside a unit of work only."
        raise RuntimeError(message)


event.listen(Engine, "connect", _configure_sqlite)
event.listen(Engine, "connect", _configure_postgresql)
event.listen(Engine, "begin", _begin)


def engine_options(database_url: str) -> dict[str, Any]:
    """How the engine is made: enough connections for the requests that one web process has open at once."""
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": _BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}, "pool_size": 32}
    return {"pool_size": 16, "max_overflow": 32, "pool_pre_ping": True}


def init_app(app: Flask) -> None:
    """Attach the database to `app` and forbid writes outside a unit of work."""
    db.init_app(app)
    with app.app_context():
        session_class = db.session.session_factory.class_
    if not event.contains(session_class, "before_flush", _refuse_write_outside):
        event.listen(session_class, "before_flush", _refuse_write_outside)

    @app.teardown_request
    def _end(_error: BaseException | None) -> None:
        if has_request_context():
            db.session.rollback()


__all__ = [
    "WRITERS_GATE",
    "Base",
    "TryAgain",
    "db",
    "end_read",
    "in_unit_of_work",
    "init_app",
    "is_contention",
    "on_close",
    "parts",
    "run_in_unit_of_work",
    "table_of",
    "unit_of_work",
]
