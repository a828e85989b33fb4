"""Batches: opened, paused, resumed and cancelled by people, paused by what goes wrong, and ended by the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select, update

from backend.core import audit, clock, events
from backend.core.db import db, run_in_unit_of_work, table_of
from backend.core.errors import Conflict
from backend.delivery import wake
from backend.delivery.models import Message
from backend.delivery.news import SendingPaused
from backend.delivery.sending.models import MessageBatch
from backend.delivery.states import WAITING, State

if TYPE_CHECKING:
    from datetime import datetime

    from backend.delivery.rules import ChannelName, Purpose

EVERY: Final = 5.0
"""Seconds between looks for batches that are done."""

SWEPT_AT_ONCE: Final = 2_000
_MESSAGES: Final = table_of(Message)
_WAITING: Final = sorted(state.value for state in WAITING)


def open_batch(
    name: str,
    *,
    channel: ChannelName,
    purpose: Purpose,
    sender_id: str,
    actor: audit.Actor,
    not_after: datetime | None = None,
) -> MessageBatch:
    """Open a batch; it runs from the first message on that is put into it."""
    batch = MessageBatch(
        name=name,
        channel=channel,
        purpose=purpose,
        sender_id=sender_id,
        not_after=not_after,
        state="running",
        created_at=clock.now(),
        created_by=actor.staff_id,
    )
    db.session.add(batch)
    db.session.flush()
    audit.record(actor, "batch.open", subject_kind="batch", subject_id=batch.id, detail={"name": name})
    return batch


def pause(batch: MessageBatch, *, reason: str = "by_hand", actor: audit.Actor) -> MessageBatch:
    """Hold back what has not left. Raises `Conflict` when there is nothing to hold back any more."""
    if batch.state == "paused":
        return batch
    _refuse_ended(batch)
    batch.state, batch.reason = "paused", reason
    batch.paused_at, batch.paused_by = clock.now(), actor.staff_id
    audit.record(actor, "batch.pause", subject_kind="batch", subject_id=batch.id, detail={"reason": reason})
    if actor.staff_id is None and reason != "by_hand":
        paused = SendingPaused(channel=batch.channel, reason=reason, batch_id=batch.id, sender_id=batch.sender_id)
        events.publish(paused)
    return batch


def resume(batch: MessageBatch, *, actor: audit.Actor) -> MessageBatch:
    """Go on where it stopped; what failed before is not held against it again. Raises `Conflict`."""
    if batch.state == "running":
        return batch
    _refuse_ended(batch)
    batch.state, batch.reason = "running", None
    batch.paused_at = batch.paused_by = None
    batch.judged_from = clock.now()
    wake.call_workers()
    audit.record(actor, "batch.resume", subject_kind="batch", subject_id=batch.id)
    return batch


def cancel(batch: MessageBatch, *, actor: audit.Actor) -> MessageBatch:
    """Take back all that has not left: from now on nothing is claimed, and the rows follow. Raises `Conflict`."""
    if batch.state == "canceled":
        return batch
    _refuse_ended(batch)
    batch.state, batch.reason = "canceled", "canceled"
    db.session.flush()
    audit.record(actor, "batch.cancel", subject_kind="batch", subject_id=batch.id)
    _sweep(batch)
    return batch


def tend() -> None:
    """Write the endings: the rows of cancelled batches, some at a time, and batches of which nothing waits any more."""
    ids = db.session.scalars(select(MessageBatch.id).where(MessageBatch.ended_at.is_(None))).all()
    db.session.rollback()
    for batch_id in ids:
        while run_in_unit_of_work(lambda batch_id=batch_id: _tend(batch_id)):  # type: ignore[misc] # bound now
            pass


def _tend(batch_id: str) -> bool:
    """Do one step; True when there is another one to do."""
    batch = db.session.get(MessageBatch, batch_id, with_for_update=True)
    if batch is None:
        return False
    if batch.state == "canceled":
        return _sweep(batch)
    open_ = [*_WAITING, State.SENDING.value]
    left = exists().where(Message.batch_id == batch_id, Message.state.in_(open_))
    if batch.state == "running" and batch.total is not None and not db.session.scalar(select(left)):
        batch.state, batch.ended_at = "done", clock.now()
    return False


def _sweep(batch: MessageBatch) -> bool:
    """Cancel some of the rows that wait; True when there may be more."""
    some = (
        select(_MESSAGES.c.id)
        .where(_MESSAGES.c.batch_id == batch.id, _MESSAGES.c.state.in_(_WAITING))
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    # Read first: PostgreSQL may run a subquery with a limit again for each row, and would cancel all of them at once.
    ids = db.session.scalars(some).all()
    canceled = {"state": State.CANCELED.value, "reason": "canceled", "due_at": None, "ended_at": clock.now()}
    if ids:
        db.session.execute(update(_MESSAGES).where(_MESSAGES.c.id.in_(ids)).values(canceled))
    else:
        batch.ended_at = clock.now()
    return bool(ids)


def _refuse_ended(batch: MessageBatch) -> None:
    if batch.state in {"canceled", "done"}:
        detail = "This batch has ended already."
        raise Conflict(detail)
