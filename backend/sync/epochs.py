"""Epochs: which life of the database a cursor belongs to, and to which moment a restore went back.

A cursor counts changes of one database. After a restore the same numbers mean other changes, so the database gets a new
random epoch, and whoever comes with a cursor of another one is told how far back the restore went: what was receipted
after that moment may be gone and is pushed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from backend.core import clock as wall
from backend.core.db import db
from backend.core.ids import new_id
from backend.sync.models import BlockSet, SyncClock, SyncEpoch

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class ClockState:
    """The clock row: `v`, the epoch, and from which `v` on tombstones are kept."""

    v: int
    epoch: str
    kept_from: int


def clock_state() -> ClockState:
    """The clock as it stands, in one look-up. Whatever is read afterwards holds every change up to its `v`."""
    row = db.session.execute(select(SyncClock.v, SyncClock.epoch, SyncClock.kept_from)).one()
    return ClockState(row.v, row.epoch, row.kept_from)


def note_backup() -> None:
    """Write down that a backup is about to be made, within a unit of work: the note is then in the backup itself."""
    db.session.execute(update(SyncClock).values(backed_up_at=wall.now()))


def begin_epoch() -> datetime:
    """Begin a new epoch in a database that was just restored, within a unit of work; the moment it went back to.

    That is when its backup was asked for. A copy made in another way says when the one before it was, or when its epoch
    began: too early rather than too late, since to push again what is there already changes nothing.
    """
    backed_up_at = db.session.execute(select(SyncClock.backed_up_at)).scalar_one()
    newest = db.session.execute(select(SyncEpoch).order_by(SyncEpoch.number.desc()).limit(1)).scalar_one_or_none()
    restored_to = max(filter(None, (backed_up_at, newest.started_at if newest else None)), default=wall.now())
    fresh = SyncEpoch(
        epoch=new_id(), number=newest.number + 1 if newest else 1, started_at=wall.now(), restored_to=restored_to
    )
    db.session.add(fresh)
    db.session.execute(update(SyncClock).values(epoch=fresh.epoch, backed_up_at=None))
    # Whoever was building blocks when the backup was made does so no longer.
    db.session.execute(update(BlockSet).values(built_by=None, build_until=None))
    return restored_to


def restored_since(moment: datetime) -> bool:
    """Whether a backup was put back after `moment`: what was done before it may be unknown here."""
    restored = select(SyncEpoch.epoch).where(SyncEpoch.restored_to.is_not(None), SyncEpoch.started_at > moment)
    return db.session.execute(restored.limit(1)).first() is not None


def restored_to(epoch: str) -> datetime:
    """How far back a tablet must push again that comes with a cursor of `epoch`.

    The earliest moment that any epoch since went back to; the earliest of all for an epoch that this database does not
    know; the beginning of its first epoch where nothing was ever restored (somebody put another file in its place).
    """
    number = db.session.execute(select(SyncEpoch.number).where(SyncEpoch.epoch == epoch)).scalar_one_or_none()
    since = select(func.min(SyncEpoch.restored_to)).where(SyncEpoch.number > (0 if number is None else number))
    earliest: datetime | None = db.session.execute(since).scalar()
    if earliest is None:
        earliest = db.session.execute(select(func.min(SyncEpoch.started_at))).scalar()
    return wall.now() if earliest is None else earliest
