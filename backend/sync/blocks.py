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
from sqlalchemy import and_, delete, func, insert, or_, select, update

from backend.core import clock as wall
from backend.core.db import db, run_in_unit_of_work
from backend.core.ids import new_id
from backend.sync.contract import EVERYONE, Collection
from backend.sync.models import Block, BlockBody, BlockSet, ChangeLog, ScopeLog, SyncClock
from backend.sync.registry import current_registry

if TYPE_CHECKING:
    from collections.abc import Collection as Collection_
    from collections.abc import Iterable, Iterator

    from sqlalchemy import ColumnElement, Select

ROWS = 1_000
_SPLIT_ABOVE = 1_500
# 6 % and not 5, since rows that were added make the new block larger than the old one.
_REBUILD_SHARE = 0.06
_LEASE = timedelta(minutes=10)
_KEPT = timedelta(hours=24)
_LOWEST = ""
_LISTED = Block.superseded_at.is_(None)


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
    limit = wall.now() - _KEPT
    if db.session.execute(select(Block.id).where(Block.superseded_at < limit).limit(1)).first():
        run_in_unit_of_work(lambda: _destroy(Block.superseded_at < limit))
    return built


def renew_older_than(kept_from: int) -> int:
    """See to it that no listed block is older than `kept_from`, as far as nobody else is building; the number built."""
    old = _listed_of_set(Block.v < kept_from).exists()
    query = select(BlockSet.scope, BlockSet.collection).where(BlockSet.v >= 0, or_(BlockSet.v < kept_from, old))
    sets = [(scope, name) for scope, name in db.session.execute(query) if name in current_registry().collections]
    return sum(rebuild(scope, name, Wanted(kept_from=kept_from)) for scope, name in sets)


def oldest() -> int | None:
    """The `v` up to which every set of blocks, and every listed block, was looked at; None when there is none."""
    known = BlockSet.collection.in_(list(current_registry().collections))
    sets = select(func.min(BlockSet.v)).where(BlockSet.v >= 0, known)
    listed = select(func.min(Block.v)).select_from(BlockSet).where(known).join(Block, _same_set()).where(_LISTED)
    found = (db.session.execute(query).scalar() for query in (sets, listed))
    return min((v for v in found if v is not None), default=None)


def _same_set() -> ColumnElement[bool]:
    return and_(Block.scope == BlockSet.scope, Block.collection == BlockSet.collection)


def _listed_of_set(condition: ColumnElement[bool]) -> Select[str]:
    return select(Block.id).where(_same_set(), _LISTED, condition)


def forget(name: str, ids: Collection_[str]) -> bool:
    """Have no block of `name` hold any of `ids`, which are rows that are gone; False while somebody else is building.

    Listed blocks are built anew, superseded ones destroyed at once instead of after a day.
    """
    if not ids:
        return True
    for scope, held in _listed_blocks_with(name, ids).items():
        rebuild(scope, name, Wanted(blocks=frozenset(held)))
    superseded = _superseded_blocks_with(name, ids)
    if superseded:
        run_in_unit_of_work(lambda: _destroy(Block.id.in_(superseded)))
    return not _listed_blocks_with(name, ids)


@dataclass(frozen=True)
class Wanted:
    """What makes a block due beside its share of changed rows: being among `blocks`, or older than `kept_from`.

    A block without changes is as right today as it was: it is not built again, only said to be of today.
    """

    blocks: frozenset[str] = frozenset()
    kept_from: int = 0


NOTHING_SPECIAL = Wanted()


def rebuild(scope: str, name: str, wanted: Wanted = NOTHING_SPECIAL) -> int:
    """Bring the blocks of `name` in `scope` up to date, unless somebody else is at it; the number of blocks built."""
    builder = new_id()
    if wanted == NOTHING_SPECIAL and not newest_change(scope, name) > _seen(scope, name):
        return 0
    if not run_in_unit_of_work(lambda: _claim(scope, name, builder)):
        return 0
    try:
        plan = _plan(scope, current_registry().collections[name], wanted)
        return run_in_unit_of_work(lambda: _write(scope, name, plan, builder))
    finally:
        run_in_unit_of_work(lambda: _release(scope, name, builder))


@dataclass(frozen=True)
class _Plan:
    epoch: str
    v: int
    built: list[Built]
    replaced: list[str]
    pending: dict[str, int]
    unchanged: list[str]


def _plan(scope: str, collection: Collection, wanted: Wanted) -> _Plan:
    """Read, in one view of the data, which blocks are due and make them. Nothing is written."""
    session = db.session()
    session.rollback()
    # A snapshot of the whole read: the rows must be exactly those of `v`.
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    epoch, v = session.execute(select(SyncClock.epoch, SyncClock.v)).one()
    blocks = session.execute(_current(scope, collection.name)).scalars().all()
    seen = _seen(scope, collection.name)
    lows = [block.low_id for block in blocks]
    fresh = Counter(
        max(bisect_right(lows, row_id) - 1, 0) for row_id in _changed_ids(scope, collection.name, after=seen)
    )
    plan = _Plan(epoch, v, [], [], {}, [])
    if not blocks and fresh:
        plan.built.extend(_build_range(scope, collection, low=_LOWEST, high=None))
    for index, block in enumerate(blocks):
        count = block.pending + fresh[index]
        if _is_due(block, count, wanted):
            high = lows[index + 1] if index + 1 < len(lows) else None
            plan.built.extend(_build_range(scope, collection, low=block.low_id, high=high))
            plan.replaced.append(block.id)
        elif fresh[index]:
            plan.pending[block.id] = count
        elif not count and block.v < wanted.kept_from:
            plan.unchanged.append(block.id)
    session.rollback()
    return plan


def _is_due(block: Block, changed: int, wanted: Wanted) -> bool:
    return (
        changed >= max(1, block.rows * _REBUILD_SHARE)
        or block.id in wanted.blocks
        or (changed > 0 and block.v < wanted.kept_from)
    )


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


def _write(scope: str, name: str, plan: _Plan, builder: str) -> int:
    """Put the plan into effect and say how many blocks it made: none when it is out of date.

    It is when somebody else has taken over meanwhile, or when a backup has taken the place of the data it was made of.
    """
    epoch = db.session.execute(select(SyncClock.epoch)).scalar_one()
    mine = db.session.get(BlockSet, (scope, name), with_for_update=True, populate_existing=True)
    if mine is None or mine.built_by != builder or epoch != plan.epoch:
        return 0
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
    for start in range(0, len(plan.unchanged), ROWS):
        part = plan.unchanged[start : start + ROWS]
        db.session.execute(update(Block).where(Block.id.in_(part)).values(v=plan.v))
    mine.v = plan.v
    return len(rows)


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


def _listed_blocks_with(name: str, ids: Collection_[str]) -> dict[str, set[str]]:
    """By scope the listed blocks whose rows one of `ids` is among: for each id one block a scope is looked into."""
    query = select(Block).where(Block.collection == name, Block.superseded_at.is_(None))
    by_scope: dict[str, list[Block]] = {}
    for block in db.session.execute(query.order_by(Block.scope, Block.low_id)).scalars():
        by_scope.setdefault(block.scope, []).append(block)
    found: dict[str, set[str]] = {}
    for scope, blocks in by_scope.items():
        lows = [block.low_id for block in blocks]
        near = {blocks[max(bisect_right(lows, row_id) - 1, 0)] for row_id in ids}
        held = {block.id for block in near if _holds(block, ids)}
        if held:
            found[scope] = held
    db.session.rollback()
    return found


def _superseded_blocks_with(name: str, ids: Collection_[str]) -> set[str]:
    query = select(Block).where(Block.collection == name, Block.superseded_at.is_not(None), Block.low_id <= max(ids))
    found = {block.id for block in db.session.execute(query).scalars() if _holds(block, ids)}
    db.session.rollback()
    return found


def _holds(block: Block, ids: Collection_[str]) -> bool:
    body = db.session.execute(select(BlockBody.gzip).where(BlockBody.hash == block.hash)).scalar_one_or_none()
    content = b"" if body is None else gzip.decompress(body)
    return any(row_id.encode() in content for row_id in ids)


def _destroy(which: ColumnElement[bool]) -> None:
    db.session.execute(delete(Block).where(which))
    kept = select(Block.id).where(Block.hash == BlockBody.hash)
    db.session.execute(delete(BlockBody).where(~kept.exists()))
