"""Blocks: prebuilt, immutable pieces of a collection, about 1,000 rows each, shared by all tablets of a scope.

A block covers the ids from its `low_id` to the next block's. When about 5 % of its rows have changed it is built anew
and the old one is superseded, so that what is rebuilt stays within 20 times what changed; until then the change
reaches new tablets by the pull that follows their snapshot. A block set remembers up to which `v` its changes were
counted, hence a look costs what changed and not what is there.
"""

from __future__ import annotations

import gzip
import hashlib
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import brotli
import orjson
from sqlalchemy import and_, delete, func, insert, select, update

from backend.core import clock as wall
from backend.core.db import db, run_in_unit_of_work
from backend.core.ids import new_id
from backend.sync.contract import EVERYONE, Collection
from backend.sync.models import Block, BlockBody, BlockSet, ChangeLog, ScopeLog, SyncClock
from backend.sync.registry import current_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Select

ROWS = 1_000
_SPLIT_ABOVE = 1_500
# 6 % and not 5, since rows that were added make the new block larger than the old one.
_REBUILD_SHARE = 0.06
_LEASE = timedelta(minutes=10)
_KEPT = timedelta(hours=24)
_LOWEST = ""


@dataclass(frozen=True)
class Built:
    """One block's bytes and what is said of them in a snapshot."""

    low_id: str
    size: int
    gzip: bytes
    brotli: bytes
    hash: str
    checksum: str
    rows: int


def rebuild_all() -> int:
    """Bring the blocks of every scope up to date; the number of blocks built. For commands, after bulk changes."""
    return sum(rebuild(scope, name) for scope, name in _wanted_sets())


def rebuild_due() -> int:
    """The worker's look: rebuild what changed enough, destroy what was superseded a day ago; the number built."""
    built = rebuild_all()
    _destroy_superseded()
    return built


def rebuild(scope: str, name: str) -> int:
    """Bring the blocks of `name` in `scope` up to date, unless somebody else is at it; the number of blocks built."""
    builder = new_id()
    if not newest_change(scope, name) > _seen(scope, name):
        return 0
    if not run_in_unit_of_work(lambda: _claim(scope, name, builder)):
        return 0
    try:
        plan = _plan(scope, current_registry().collections[name])
        run_in_unit_of_work(lambda: _write(scope, name, plan))
        return len(plan.built)
    finally:
        run_in_unit_of_work(lambda: _release(scope, name, builder))


@dataclass(frozen=True)
class _Plan:
    v: int
    built: list[Built]
    replaced: list[str]
    pending: dict[str, int]


def _plan(scope: str, collection: Collection) -> _Plan:
    """Read, in one view of the data, which blocks are due and make them. Nothing is written."""
    session = db.session()
    session.rollback()
    # A snapshot of the whole read: the rows must be exactly those of `v`.
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    v = session.execute(select(SyncClock.v)).scalar_one()
    blocks = session.execute(_current(scope, collection.name)).scalars().all()
    seen = session.execute(
        select(BlockSet.v).where(BlockSet.scope == scope, BlockSet.collection == collection.name)
    ).scalar_one()
    lows = [block.low_id for block in blocks]
    fresh = Counter(
        max(bisect_right(lows, row_id) - 1, 0) for row_id in _changed_ids(scope, collection.name, after=seen)
    )
    built: list[Built] = []
    replaced: list[str] = []
    pending: dict[str, int] = {}
    if not blocks and fresh:
        built = list(_build_range(scope, collection, low=_LOWEST, high=None))
    for index, block in enumerate(blocks):
        count = block.pending + fresh[index]
        if count >= max(1, block.rows * _REBUILD_SHARE):
            high = lows[index + 1] if index + 1 < len(lows) else None
            built += _build_range(scope, collection, low=block.low_id, high=high)
            replaced.append(block.id)
        elif fresh[index]:
            pending[block.id] = count
    session.rollback()
    return _Plan(v, built, replaced, pending)


def _build_range(scope: str, collection: Collection, *, low: str, high: str | None) -> Iterator[Built]:
    ids = list(db.session.execute(_ids(scope, collection, low=low, high=high)).scalars())
    size = ROWS if len(ids) > _SPLIT_ABOVE else max(len(ids), 1)
    for start in range(0, max(len(ids), 1), size):
        part = ids[start : start + size]
        yield build(collection, collection.load(db.session(), part), low_id=low if start == 0 else part[0])


def build(collection: Collection, rows: list[tuple[Any, ...]], *, low_id: str) -> Built:
    """The columnar body of `rows`, its hash, and the checksum of the rows as objects (SYNC.md)."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in collection.fields]
    body = orjson.dumps({"collection": collection.name, "fields": collection.fields, "columns": columns})
    return Built(
        low_id=low_id,
        size=len(body),
        # Here and not when it is written: nobody waits for a lock while this is compressed.
        gzip=gzip.compress(body, 6, mtime=0),
        brotli=brotli.compress(body, quality=5),
        hash=hashlib.sha256(body).hexdigest(),
        checksum=rows_checksum([dict(zip(collection.fields, row, strict=True)) for row in rows]),
        rows=len(rows),
    )


def rows_checksum(rows: list[dict[str, Any]]) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8) of `rows`, which are ordered by id."""
    return hashlib.sha256(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _write(scope: str, name: str, plan: _Plan) -> None:
    now = wall.now()
    if plan.replaced:
        db.session.execute(update(Block).where(Block.id.in_(plan.replaced)).values(superseded_at=now))
    for built in plan.built:
        if db.session.get(BlockBody, built.hash) is None:
            db.session.add(BlockBody(hash=built.hash, gzip=built.gzip, brotli=built.brotli))
            db.session.flush()
    rows = [
        {
            "id": new_id(),
            "scope": scope,
            "collection": name,
            "low_id": built.low_id,
            "hash": built.hash,
            "checksum": built.checksum,
            "rows": built.rows,
            "bytes": built.size,
            "v": plan.v,
            "pending": 0,
            "built_at": now,
        }
        for built in plan.built
    ]
    if rows:
        db.session.execute(insert(Block), rows)
    for block_id, count in plan.pending.items():
        db.session.execute(update(Block).where(Block.id == block_id).values(pending=count))
    db.session.execute(update(BlockSet).where(BlockSet.scope == scope, BlockSet.collection == name).values(v=plan.v))


def _claim(scope: str, name: str, builder: str) -> bool:
    now = wall.now()
    row = db.session.get(BlockSet, (scope, name), with_for_update=True)
    if row is None:
        db.session.add(BlockSet(scope=scope, collection=name, v=-1, built_by=builder, build_until=now + _LEASE))
        return True
    if row.build_until is not None and row.build_until > now:
        return False
    row.built_by, row.build_until = builder, now + _LEASE
    return True


def _release(scope: str, name: str, builder: str) -> None:
    db.session.execute(
        update(BlockSet)
        .where(BlockSet.scope == scope, BlockSet.collection == name, BlockSet.built_by == builder)
        .values(built_by=None, build_until=None)
    )


def _wanted_sets() -> list[tuple[str, str]]:
    """Shared collections for everyone; scoped ones for each scope that some tablet was enrolled with."""
    collections = current_registry().collections
    shared = [(EVERYONE, name) for name, collection in collections.items() if collection.scopes is None]
    asked = db.session.execute(select(BlockSet.scope, BlockSet.collection)).all()
    return sorted({*shared, *((scope, name) for scope, name in asked if name in collections)})


def ensure_built(scope: str) -> None:
    """Build what a tablet of `scope` will ask for first; called when a tablet is enrolled, never by its requests."""
    for collection in current_registry().collections.values():
        rebuild(EVERYONE if collection.scopes is None else scope, collection.name)


def _current(scope: str, name: str) -> Select[Block]:
    """Reads ix_block_current."""
    return (
        select(Block)
        .where(Block.scope == scope, Block.collection == name, Block.superseded_at.is_(None))
        .order_by(Block.low_id)
    )


def _seen(scope: str, name: str) -> int:
    seen = db.session.execute(
        select(BlockSet.v).where(BlockSet.scope == scope, BlockSet.collection == name)
    ).scalar_one_or_none()
    return -1 if seen is None else seen


def newest_change(scope: str, name: str) -> int:
    """One step down ix_change_log_v or ix_scope_log_v."""
    if scope == EVERYONE:
        query = select(func.max(ChangeLog.v)).where(ChangeLog.collection == name)
    else:
        query = select(func.max(ScopeLog.v)).where(ScopeLog.scope == scope, ScopeLog.collection == name)
    return db.session.execute(query).scalar_one() or 0


def _changed_ids(scope: str, name: str, *, after: int) -> Iterable[str]:
    if scope == EVERYONE:
        query = select(ChangeLog.row_id).where(ChangeLog.collection == name, ChangeLog.v > after)
    else:
        query = select(ScopeLog.row_id).where(ScopeLog.scope == scope, ScopeLog.collection == name, ScopeLog.v > after)
    return db.session.execute(query).scalars()


def _ids(scope: str, collection: Collection, *, low: str, high: str | None) -> Select[str]:
    """Ids of the living rows of a range, by the primary keys of the logs."""
    log = ChangeLog if scope == EVERYONE else ScopeLog
    query = select(log.row_id).where(log.collection == collection.name).order_by(log.row_id)
    if log is ScopeLog:
        query = query.join(
            ChangeLog, and_(ChangeLog.collection == ScopeLog.collection, ChangeLog.row_id == ScopeLog.row_id)
        ).where(ScopeLog.scope == scope, ScopeLog.present)
    query = query.where(ChangeLog.op == "put")
    if low != _LOWEST:
        query = query.where(log.row_id >= low)
    if high is not None:
        query = query.where(log.row_id < high)
    return query


def _destroy_superseded() -> None:
    limit = wall.now() - _KEPT
    if not db.session.execute(select(Block.id).where(Block.superseded_at < limit).limit(1)).first():
        return

    def destroy() -> None:
        db.session.execute(delete(Block).where(Block.superseded_at < limit))
        kept = select(Block.id).where(Block.hash == BlockBody.hash)
        db.session.execute(delete(BlockBody).where(~kept.exists()))

    run_in_unit_of_work(destroy)
