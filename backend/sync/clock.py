"""The order of changes: one clock row, a change log, a scope log, stamped together at the end of a unit of work.

Features never write these tables. ORM flushes are noticed here; bulk SQL says what it touches with `mark_changed`, and
a guard refuses a write to a replicated table that nobody announced, so that there is no way around.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from backend.core.bulk import insert_rows
from backend.core.db import TryAgain, db, in_unit_of_work, is_duplicate, parts, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.sync.models import ChangeLog, Receipt, ScopeLog, SyncClock, SyncEpoch
from backend.sync.registry import current_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Insert
    from sqlalchemy.orm import Session

_CHANGED = "dangol.changed"
_RECEIPTS = "dangol.receipts"
_FLUSHING: ContextVar[bool] = ContextVar("dangol_flushing", default=False)
_WRITE = re.compile(
    r"\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+\"?(\w+)\"?", re.IGNORECASE
)
# Written once: SQLAlchemy then knows them again without looking through them.
_clock = table_of(SyncClock)
_BUMP = update(_clock).values(v=_clock.c.v + 1).returning(_clock.c.v)
_NOW = select(_clock.c.v)
_scope_log = table_of(ScopeLog).c
_STAMP_HELD = (
    update(table_of(ScopeLog))
    .where(_scope_log.collection == bindparam("of"), one_of(_scope_log.row_id, "ids"), _scope_log.present)
    .values(v=bindparam("v"))
    .returning(_scope_log.row_id, _scope_log.scope)
)
_INSERT_RECEIPT = insert(table_of(Receipt))


class UnannouncedWrite(RuntimeError):
    """A replicated table was written by SQL without `mark_changed`."""


def mark_changed(collection: str, ids: Iterable[str], *, deleted: bool = False) -> None:
    """Say, before bulk SQL, which rows of `collection` it changes. Raises `RuntimeError` outside a unit of work."""
    if not in_unit_of_work():
        message = "Rows change inside a unit of work only."
        raise RuntimeError(message)
    changed = _changed(db.session())[collection]
    op = "delete" if deleted else "put"
    for row_id in ids:
        changed[row_id] = op


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of a unit of work that can fail alone: on an exception its writes and its announced changes are undone."""
    info = db.session().info
    outer: dict[str, dict[str, str]] = info.pop(_CHANGED, defaultdict(dict))
    try:
        with db.session.begin_nested():
            yield
    except BaseException:
        info[_CHANGED] = outer
        raise
    for collection, ids in info.pop(_CHANGED, {}).items():
        outer[collection].update(ids)
    info[_CHANGED] = outer


def add_receipts(receipts: Iterable[dict[str, Any]]) -> None:
    """Have `receipts`, rows of that table without their `v`, written with the `v` of the open unit of work.

    The `v` is also put into each.
    """
    db.session().info.setdefault(_RECEIPTS, []).extend(receipts)


def now_v() -> int:
    """The clock as it stands."""
    v: int = db.session.execute(_NOW).scalar_one()
    return v


def epoch() -> str:
    """The random id of this database."""
    return db.session.execute(select(SyncClock.epoch)).scalar_one()


def ensure_clock() -> None:
    """Create the clock row of a new database, inside a unit of work."""
    if db.session.execute(select(SyncClock.id)).first() is None:
        first = new_id()
        db.session.add(SyncClock(id=1, v=0, epoch=first, kept_from=0))
        db.session.add(SyncEpoch(epoch=first, number=1))


def close(session: Session) -> None:
    """The last step of a unit of work: bump the clock and stamp the changed rows and the receipts with its `v`."""
    announced: dict[str, dict[str, str]] = session.info.get(_CHANGED, {})
    changed = {name: ids for name, ids in announced.items() if ids}
    receipts: list[dict[str, Any]] = session.info.get(_RECEIPTS, [])
    if not changed and not receipts:
        return
    # The bump comes last of all: the row lock is held from here to the commit and no longer.
    v = session.execute(_BUMP if changed else _NOW).scalar_one()
    for name, ids in sorted(changed.items()):
        # Which scopes hold a row is asked behind the lock: two writers of one row must not each miss the other's scope.
        _stamp(session, name, ids, _scopes(session, name, ids), v)
    for receipt in receipts:
        receipt["v"] = v
    _keep(receipts)


def _keep(receipts: list[dict[str, Any]]) -> None:
    try:
        insert_rows(_INSERT_RECEIPT, receipts)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        # Another sender of the same entry has just committed: run again, what it wrote is found.
        raise TryAgain from error


def install_guards(session_class: type[Session]) -> None:
    """Watch every flush, and every statement that any engine sends."""
    if event.contains(session_class, "after_flush", _notice):
        return
    event.listen(session_class, "before_flush", _flush_begins)
    event.listen(session_class, "after_flush", _notice)
    event.listen(session_class, "after_flush_postexec", _flush_ended)
    event.listen(session_class, "after_soft_rollback", _flush_ended)
    event.listen(Engine, "before_cursor_execute", _refuse_unannounced)


def _changed(session: Session) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = session.info.setdefault(_CHANGED, defaultdict(dict))
    return found


def _flush_begins(_session: Session, _context: object, _instances: object) -> None:
    _FLUSHING.set(True)


def _flush_ended(_session: Session, _context: object) -> None:
    _FLUSHING.set(False)


def _notice(session: Session, _context: object) -> None:
    tracked = current_registry().tracked
    for objects, own_op in ((session.new, "put"), (session.dirty, "put"), (session.deleted, "delete")):
        for item in objects:
            entry = tracked.get(type(item))
            if entry is None or (objects is session.dirty and not session.is_modified(item)):
                continue
            collection, row_id_of = entry
            row_id = row_id_of(item)
            if row_id is not None:
                # A part that goes (a card) changes its row; only the row's own object takes it away.
                whole = own_op == "delete" and getattr(item, "id", None) == row_id
                _changed(session)[collection][row_id] = "delete" if whole else "put"


@lru_cache(maxsize=2048)
def _written_table(statement: str) -> str | None:
    match = _WRITE.match(statement)
    return match.group(1).lower() if match else None


def _refuse_unannounced(
    _connection: object,
    _cursor: object,
    statement: str,
    _parameters: object,
    _context: object,
    _many: object,
) -> None:
    # Most statements read, and are long lists of ids: their beginning is enough.
    table = None if statement.startswith("SELECT") else _written_table(statement)
    if table is None or _FLUSHING.get():
        return
    try:
        registry = current_registry()
    except (RuntimeError, KeyError):  # No app: migrations and tools.
        return
    if table not in registry.tracked_tables:
        return
    collections = {name for model, (name, _) in registry.tracked.items() if model.__tablename__ == table}
    announced: dict[str, dict[str, str]] = db.session().info.get(_CHANGED, {})
    if not collections & announced.keys():
        message = f"A statement writes {table} without mark_changed({'/'.join(sorted(collections))!r}, ids)."
        raise UnannouncedWrite(message)


def _scopes(session: Session, name: str, ids: dict[str, str]) -> dict[str, set[str]] | None:
    """The scopes that now hold each living row; None where everybody holds the collection whole."""
    collection = current_registry().collections[name]
    if collection.scopes is None:
        return None
    found: dict[str, set[str]] = {}
    for part in _parts([row_id for row_id, op in ids.items() if op == "put"]):
        found.update(collection.scopes(session, part))
    return found


def _stamp(session: Session, name: str, ids: dict[str, str], scopes: dict[str, set[str]] | None, v: int) -> None:
    dialect = session.get_bind().dialect.name
    for part in _parts(list(ids)):
        rows = [{"collection": name, "row_id": row_id, "op": ids[row_id], "v": v} for row_id in part]
        insert_rows(_upsert(ChangeLog, dialect), rows)
        if scopes is None:
            continue
        stamped = session.execute(_STAMP_HELD, {"of": name, "ids": part, "v": v}).all()
        held = {(scope, row_id) for row_id, scope in stamped}
        holding = {(scope, row_id) for row_id in part for scope in scopes.get(row_id, ())}
        gone = {(scope, row_id) for scope, row_id in held - holding if ids[row_id] == "put"}
        rows = [
            {"scope": scope, "collection": name, "row_id": row_id, "present": (scope, row_id) in holding, "v": v}
            for scope, row_id in sorted(gone | (holding - held))
        ]
        insert_rows(_upsert(ScopeLog, dialect), rows)


@cache
def _upsert(model: type[ChangeLog | ScopeLog], dialect: str) -> Insert:
    """A statement that writes a row of a log, or what it says beside its key where the row is there."""
    table = table_of(model)
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    return statement.on_conflict_do_update(
        index_elements=[column.name for column in table.primary_key],
        set_={column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key},
    )


def _parts(ids: list[str]) -> Iterator[Sequence[str]]:
    return parts(sorted(ids))  # One order for all writers, so that two never wait for each other crosswise.


__all__ = [
    "UnannouncedWrite",
    "add_receipts",
    "close",
    "ensure_clock",
    "epoch",
    "install_guards",
    "mark_changed",
    "now_v",
    "savepoint",
]
