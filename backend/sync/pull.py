"""What changed since a cursor, for one tablet's scope."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Select, and_, case, or_, select

from backend.core.db import db
from backend.core.errors import Conflict, UpgradeRequired
from backend.sync import clock
from backend.sync.contract import EVERYONE, Caller, Collection
from backend.sync.cursor import Cursor
from backend.sync.models import ChangeLog, ScopeLog
from backend.sync.registry import SCHEMA, current_registry

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


@dataclass(frozen=True)
class Page:
    """Changes in the order of the cursor; `more` when the next page is not empty."""

    changes: list[dict[str, Any]]
    cursor: Cursor
    more: bool


def pull(caller: Caller, cursor: Cursor, limit: int) -> Page:
    """The next `limit` changes after `cursor`.

    Raises `EpochChanged`, `ScopeChanged` or `UpgradeRequired` when the tablet has to start from a new snapshot.
    """
    epoch = clock.epoch()
    if cursor.epoch != epoch:
        raise EpochChanged(restored_to=None)
    if cursor.scope != caller.scope:
        raise ScopeChanged
    if cursor.schema > SCHEMA:
        raise UpgradeRequired
    found = _changes(caller.scope, cursor, limit + 1)
    page, more = found[:limit], len(found) > limit
    if not page:
        return Page([], cursor, more=False)
    v, name, row_id, _ = page[-1]
    reached = Cursor(epoch, v, name, row_id, caller.scope, SCHEMA)
    return Page(_with_rows(page), reached, more)


Change = tuple[int, str, str, str]
"""(v, collection, id, op)."""


def _changes(scope: str, cursor: Cursor, limit: int) -> list[Change]:
    streams = []
    for collection in sorted(current_registry().collections.values(), key=lambda each: each.name):
        query = _of_scope(collection, scope) if collection.scopes and scope != EVERYONE else _of_everyone(collection)
        statement = _after(query, collection.name, cursor).limit(limit)
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


def _after(query: Select[str, str, int], name: str, cursor: Cursor) -> Select[str, str, int]:
    row_id, _, v = query.selected_columns
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
