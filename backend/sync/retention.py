"""What grows old: tombstones, receipts, and rows that only time takes out of a scope. Jobs of the worker.

Tombstones (rows of the logs that say `delete` or `remove`) are kept for 90 days. How old a `v` is the table `clock_day`
tells: the clock's `v` is noted there once a day. `sync_clock.kept_from` says from where on tombstones are kept; it is
raised first and acted on by the next run, an hour later, so that no pull that has read it misses one.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from backend.core import clock as wall
from backend.core.db import db, run_in_unit_of_work
from backend.sync import blocks, clock
from backend.sync.epochs import clock_state
from backend.sync.models import ChangeLog, ClockDay, Receipt, ScopeLog, SyncClock
from backend.sync.registry import current_registry

if TYPE_CHECKING:
    from datetime import date

    from backend.sync.contract import Collection

TOMBSTONES_KEPT = timedelta(days=90)
RECEIPTS_KEPT = timedelta(days=400)
# A new tablet pulls what changed since the oldest block: one quiet block must not make that months.
BLOCKS_KEPT = timedelta(days=1)
_AT_ONCE = 2_000


def forget_old() -> None:
    """Note the day, drop what is past its age, and say what the next run may drop. Once an hour; a day's run is one."""
    run_in_unit_of_work(note_day)
    kept_from = clock_state().kept_from
    for collection in current_registry().collections.values():
        while run_in_unit_of_work(partial(_drop_tombstones, collection.name, kept_from)):
            pass
    while run_in_unit_of_work(_drop_receipts):
        pass
    blocks.renew_older_than(_v_of(wall.now().date() - BLOCKS_KEPT))
    raise_kept_from()


def note_day() -> None:
    """Write down where the clock stands today (UTC), if that was not done yet."""
    today = wall.now().date()
    if db.session.get(ClockDay, today) is None:
        db.session.add(ClockDay(day=today, v=clock.now_v()))


def raise_kept_from() -> int:
    """Let tombstones older than 90 days go from the next run on; the new `kept_from`.

    Blocks that are older are renewed first: what is in a block has to stay within reach of the tombstones. While one of
    them cannot be, somebody else being at it, the limit stays below it.
    """
    last_day = wall.now().date() - TOMBSTONES_KEPT
    wanted = _v_of(last_day)
    state = clock_state()
    if wanted <= state.kept_from:
        return state.kept_from
    blocks.renew_older_than(wanted)
    oldest = blocks.oldest()
    reached = max(state.kept_from, wanted if oldest is None else min(wanted, oldest))

    def write() -> None:
        db.session.execute(update(SyncClock).values(kept_from=reached))
        newest_old = select(func.max(ClockDay.day)).where(ClockDay.day <= last_day).scalar_subquery()
        db.session.execute(delete(ClockDay).where(ClockDay.day < newest_old))

    run_in_unit_of_work(write)
    return reached


def leave_scopes() -> int:
    """Have rows leave the scopes that only time takes them out of; how many were looked at. Once a day."""
    return sum(_leave(collection) for collection in current_registry().collections.values())


def _leave(collection: Collection) -> int:
    departed = collection.departed
    if departed is None:
        return 0
    total = 0
    # In parts: between two of them others may write.
    while count := run_in_unit_of_work(lambda: len(set(departed(db.session(), wall.now())))):
        total += count
    return total


def _v_of(day: date) -> int:
    """The `v` below which everything is older than `day`; 0 when nothing was noted so long ago."""
    query = select(ClockDay.v).where(ClockDay.day <= day).order_by(ClockDay.day.desc()).limit(1)
    return db.session.execute(query).scalar() or 0


def _drop_tombstones(name: str, kept_from: int) -> int:
    """Drop some tombstones of a collection older than `kept_from`; how many. Reads the logs' indexes by `v`."""
    old = (ChangeLog.collection == name, ChangeLog.v < kept_from, ChangeLog.op == "delete")
    deleted = list(db.session.execute(select(ChangeLog.row_id).where(*old).limit(_AT_ONCE)).scalars())
    if deleted:
        held = (ScopeLog.collection == name, ScopeLog.row_id.in_(deleted), ScopeLog.v < kept_from)
        db.session.execute(delete(ScopeLog).where(*held))
        db.session.execute(delete(ChangeLog).where(*old, ChangeLog.row_id.in_(deleted)))
    left = (ScopeLog.collection == name, ScopeLog.v < kept_from, ScopeLog.present.is_(False))
    removed = db.session.execute(select(ScopeLog.scope, ScopeLog.row_id).where(*left).limit(_AT_ONCE)).all()
    for scope in {row.scope for row in removed}:
        ids = [row.row_id for row in removed if row.scope == scope]
        db.session.execute(delete(ScopeLog).where(*left, ScopeLog.scope == scope, ScopeLog.row_id.in_(ids)))
    return len(deleted) + len(removed)


def _drop_receipts() -> int:
    """Drop some receipts past their age (ix_receipt_created_at); how many. No tablet keeps an entry for so long."""
    old = select(Receipt.mutation_id).where(Receipt.created_at < wall.now() - RECEIPTS_KEPT).limit(_AT_ONCE)
    ids = list(db.session.execute(old).scalars())
    if ids:
        db.session.execute(delete(Receipt).where(Receipt.mutation_id.in_(ids)))
    return len(ids)
