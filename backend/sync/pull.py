"""What changed since a cursor, for one tablet's scope."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Select, and_, case, or_, select

from backend.core import clock as wall
from backend.core.db import db
from backend.core.errors import Conflict, Gone
from backend.sync import epochs, registry, schema_versions
from backend.sync.contract import EVERYONE, Caller, Collection
from backend.sync.cursor import END, Cursor
from backend.sync.models import ChangeLog, ScopeLog
from backend.sync.registry import current_registry

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

MAX_LIMIT = 5_000
DEFAULT_LIMIT = 1_000


class EpochChanged(Conflict):
    """The server's data was restored from a backup. The tablet takes a new copy; what waits to be sent is kept."""

    code: ClassVar[str] = "epoch_changed"


class ScopeChanged(Conflict):
    """This tablet now holds other customers. It takes a new copy; what waits to be sent is kept."""

    code: ClassVar[str] = "scope_changed"


class CursorExpired(Gone):
    """This tablet was away for too long. It takes a new copy; what waits to be sent is kept."""

    code: ClassVar[str] = "cursor_expired"


@dataclass(frozen=True)
class Page:
    """Changes in the order of the cursor; `more` when the next page is not empty."""

    changes: list[dict[str, Any]]
    cursor: Cursor
    more: bool


def pull(caller: Caller, cursor: Cursor, limit: int) -> Page:
    """The next `limit` changes after `cursor`.

    Raises `EpochChanged`, `ScopeChanged` or `CursorExpired` when the tablet has to start from a new snapshot, and
    `UpgradeRequired` when its rows are of an older schema.
    """
    # Read first: the pages of all collections end at its `v`, whatever is committed between their statements.
    state = epochs.clock_state()
    _refuse_useless(cursor, caller.scope, state)
    if cursor.v == state.v and cursor.collection == END:
        return Page([], cursor, more=False)
    found = _changes(caller.scope, cursor, limit + 1, up_to=state.v)
    page, more = found[:limit], len(found) > limit
    v, name, row_id = page[-1][:3] if more else (state.v, END, "")
    reached = Cursor(state.epoch, v, name, row_id, caller.scope, registry.SCHEMA, cursor.since)
    return Page(_with_rows(page), reached, more)


def _refuse_useless(cursor: Cursor, scope: str, state: epochs.ClockState) -> None:
    # A cursor ahead of the clock tells of a database that was put back without `dangol restore`.
    if cursor.epoch != state.epoch or cursor.v > state.v:
        raise EpochChanged(restored_to=wall.rfc3339(epochs.restored_to(cursor.epoch)), epoch=state.epoch)
    if cursor.scope != scope:
        raise ScopeChanged
    schema_versions.refuse_reading(cursor.schema)
    if cursor.schema > registry.SCHEMA or max(cursor.v, cursor.since) < state.kept_from:
        raise CursorExpired


Change = tuple[int, str, str, str]
"""(v, collection, id, op)."""


def _changes(scope: str, cursor: Cursor, limit: int, *, up_to: int) -> list[Change]:
    streams = []
    for collection in sorted(current_registry().collections.values(), key=lambda each: each.name):
        query = _of_scope(collection, scope) if collection.scopes and scope != EVERYONE else _of_everyone(collection)
        statement = _between(query, collection.name, cursor, up_to).limit(limit)
        streams.append([(v, collection.name, row_id, op) for row_id, op, v in db.session.execute(statement)])
    return list(islice(heapq.merge(*streams), limit))


def _of_everyone(collection: Collection) -> Select[str, str, int]:
    """Reads ix_change_log_v (collection, v, row_id) from the cursor on."""
    return (
        select(ChangeLog.row_id, ChangeLog.op, ChangeLog.v)
        .where(ChangeLog.collection == collection.name)
        .order_by(ChangeLog.v, ChangeLog.row_id)
    )


def _of_scope(collection: Collection, scope: str) -> Select[str, str, int]:
    """Reads ix_scope_log_v (scope, collection, v, row_id) from the cursor on, the change log by its primary key."""
    op = case((ScopeLog.present, ChangeLog.op), else_="remove")
    return (
        select(ScopeLog.row_id, op, ScopeLog.v)
        .join(ChangeLog, and_(ChangeLog.collection == ScopeLog.collection, ChangeLog.row_id == ScopeLog.row_id))
        .where(ScopeLog.scope == scope, ScopeLog.collection == collection.name)
        .order_by(ScopeLog.v, ScopeLog.row_id)
    )


def _between(query: Select[str, str, int], name: str, cursor: Cursor, up_to: int) -> Select[str, str, int]:
    row_id, _, v = query.selected_columns
    query = query.where(v <= up_to)
    if name > cursor.collection:
        return query.where(v >= cursor.v)
    newer: ColumnElement[bool] = v > cursor.v
    if name == cursor.collection and cursor.id:
        return query.where(v >= cursor.v, or_(newer, row_id > cursor.id))
    return query.where(newer)


def _with_rows(page: list[Change]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    by_collection = sorted((name, row_id) for _, name, row_id, op in page if op == "put")
    for name, group in groupby(by_collection, key=lambda each: each[0]):
        collection = current_registry().collections[name]
        for values in collection.load(db.session(), [row_id for _, row_id in group]):
            rows[name, values[0]] = dict(zip(collection.fields, values, strict=True))
    changes = []
    for _, name, row_id, op in page:
        change: dict[str, Any] = {"collection": name, "id": row_id, "op": op}
        if op == "put":
            row = rows.get((name, row_id))
            # Gone since the log was read: its own, later change says so once more.
            change |= {"op": "delete"} if row is None else {"row": row}
        changes.append(change)
    return changes
