"""How fast each sender may be: a bucket of tokens as a row, and so shared between all workers of all machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, update

from backend.core import audit, clock, events
from backend.core.db import db, table_of
from backend.core.errors import NotFound
from backend.delivery import wake
from backend.delivery.news import SendingPaused
from backend.delivery.sending.models import SendingLane
from backend.delivery.sending.rules import Bucket

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

_LANES: Final = table_of(SendingLane)

Key = tuple[str, str | None]
"""Channel and sender."""


@dataclass(slots=True)
class Lane:
    """What a claim may take of a lane: `bucket` is None where nothing limits it."""

    id: str
    bucket: Bucket | None
    open: bool

    def room(self, now: datetime, *, first: float) -> float:
        """Return how many units may go now when the message in front needs `first`."""
        if not self.open:
            return 0.0
        return float("inf") if self.bucket is None else self.bucket.holds(now, first=first)


FREE: Final = Lane("", None, open=True)
"""A lane without a row: nobody limited it."""


def lane_id(channel: str, sender_id: str | None) -> str:
    """Return the key of a lane's row."""
    return f"{channel}:{sender_id or ''}"


def claimable(channels: Collection[str]) -> dict[Key, Lane]:
    """Return the lanes that have a row, locked; one that another worker draws from is closed for this claim.

    Two statements where there are any, one otherwise.
    """
    query = select(_LANES).where(_LANES.c.channel.in_(channels))
    rows = db.session.execute(query).all()
    if not rows:
        return {}
    limited = [row.id for row in rows if row.rate is not None and row.paused_at is None]
    fresh = select(_LANES).where(_LANES.c.id.in_(limited)).with_for_update(skip_locked=True)
    locked = {row.id: row for row in db.session.execute(fresh)} if limited else {}
    found = {}
    for row in rows:
        mine = locked.get(row.id)
        bucket = None if mine is None else Bucket(mine.rate, mine.burst, mine.tokens, mine.refilled_at)
        is_open = row.paused_at is None and (row.rate is None or (mine is not None and mine.paused_at is None))
        found[row.channel, row.sender_id] = Lane(row.id, bucket, is_open)
    return found


def draw(lane: Lane, size: float, now: datetime, *, first: float) -> None:
    """Take what a claim took out of the row."""
    if lane.bucket is None or size == 0:
        return
    lane.bucket = lane.bucket.drawn(size, now, first=first)
    values = {"tokens": lane.bucket.tokens, "refilled_at": lane.bucket.at}
    db.session.execute(update(_LANES).where(_LANES.c.id == lane.id).values(values))


def set_rate(
    channel: str, sender_id: str | None, *, rate: float | None, burst: float | None, actor: audit.Actor
) -> SendingLane:
    """Set how many units a second a sender may have, None for no limit, and how many at once (a second's worth)."""
    lane = _row(channel, sender_id)
    lane.rate = rate
    lane.burst = burst or max(1.0, rate or 1.0)
    lane.tokens = min(lane.tokens, lane.burst)
    lane.refilled_at = clock.now()
    wake.call_workers()
    detail = {"channel": channel, "rate": rate, "burst": lane.burst}
    audit.record(actor, "sending.rate", subject_kind="lane", subject_id=sender_id, detail=detail)
    return lane


def pause(channel: str, sender_id: str | None, *, reason: str, actor: audit.Actor) -> SendingLane:
    """Hold back everything that a sender would send on a channel."""
    lane = _row(channel, sender_id)
    if lane.paused_at is None:
        lane.paused_at, lane.paused_by, lane.reason = clock.now(), actor.staff_id, reason
        detail = {"channel": channel, "reason": reason}
        audit.record(actor, "sending.pause", subject_kind="lane", subject_id=sender_id, detail=detail)
        if actor.staff_id is None:
            events.publish(SendingPaused(channel=channel, reason=reason, sender_id=sender_id))
    return lane


def resume(lane_key: str, *, actor: audit.Actor) -> SendingLane:
    """Let a sender send again. Raises `NotFound`."""
    lane = db.session.get(SendingLane, lane_key, with_for_update=True)
    if lane is None:
        raise NotFound
    lane.paused_at = lane.paused_by = lane.reason = None
    wake.call_workers()
    detail = {"channel": lane.channel}
    audit.record(actor, "sending.resume", subject_kind="lane", subject_id=lane.sender_id, detail=detail)
    return lane


def _row(channel: str, sender_id: str | None) -> SendingLane:
    key = lane_id(channel, sender_id)
    lane = db.session.get(SendingLane, key, with_for_update=True)
    if lane is None:
        lane = SendingLane(id=key, channel=channel, sender_id=sender_id, burst=1.0, tokens=0.0, refilled_at=clock.now())
        db.session.add(lane)
        db.session.flush()
    return lane
