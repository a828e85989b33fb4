"""What a claim may take: not what is stopped or paused, no more than a sender's tokens, each in its turn.

Every statement begins at one sender's single messages or at one running batch (ix_message_claim): what is paused, and
what a slow sender has waiting, is not even passed over, however much it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, get_args

from sqlalchemy import ColumnElement, and_, bindparam, exists, literal, null, or_, select, union_all, update

from backend.core import clock
from backend.core.db import db, table_of
from backend.core.types import UtcDateTime
from backend.delivery.models import Message
from backend.delivery.pacing import LOOKUP_AFTER
from backend.delivery.rules import ChannelName
from backend.delivery.sending import lanes, switch
from backend.delivery.sending.models import MessageBatch
from backend.delivery.sending.rules import in_turn
from backend.delivery.states import State
from backend.organization import BusinessUnit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import CompoundSelect, Select

    from backend.delivery.sending.lanes import Key, Lane

BATCHES_A_CLAIM: Final = 8
"""Batches that one claim looks into; the others have their turn in the next ones."""

RELEASED: Final = 200
"""Held messages of a batch that one claim queues again: 100,000 that waited for the morning come in parts."""

_MESSAGES: Final = table_of(Message)


_QUEUED_OF_BATCH: Final = exists().where(
    Message.state == literal(State.QUEUED.value, literal_execute=True),
    Message.channel == MessageBatch.channel,
    Message.sender_id == MessageBatch.sender_id,
    Message.batch_id == MessageBatch.id,
)
_BATCHES: Final = (
    select(MessageBatch.id, MessageBatch.channel, MessageBatch.sender_id)
    .where(
        MessageBatch.state == "running",
        MessageBatch.channel.in_(bindparam("channels", expanding=True)),
        _QUEUED_OF_BATCH,
    )
    .order_by(MessageBatch.id)
    .with_for_update(read=True, of=MessageBatch)
)


@dataclass(slots=True)
class Taken:
    """Rows of `message` as they are, with the lanes to draw from; `first` is the size of what was in front of each."""

    rows: list[Any] = field(default_factory=list)
    lanes: dict[Key, Lane] = field(default_factory=dict)
    first: dict[Key, float] = field(default_factory=dict)


def is_in(state: State) -> ColumnElement[bool]:
    """Compare with the state written into the statement: a database can prove only then that a partial index fits."""
    return Message.state == literal(state.value, literal_execute=True)


def has_work(*, of_batches: bool = True) -> bool:
    """Tell, by a read alone, whether a claim would find something: an idle worker takes no write lock.

    `of_batches`: whether there is room for those of batches, too.
    """
    now = clock.now()
    what = "leases" if switch.ALL in switch.stopped_channels() else "all" if of_batches else "singles"
    return bool(db.session.scalar(_work()[what], {"now": now}))


@cache
def _work() -> dict[str, Select[Any]]:
    now = bindparam("now", type_=UtcDateTime())
    leases = exists().where(is_in(State.SENDING), Message.lease_until <= now)
    queued = exists(_statement_of_senders(get_args(ChannelName)).subquery())
    held = exists().where(is_in(State.HELD), Message.batch_id.is_(None), Message.due_at <= now)
    held_of_batch = exists().where(is_in(State.HELD), Message.batch_id == MessageBatch.id, Message.due_at <= now)
    batches = exists(
        select(MessageBatch.id).where(MessageBatch.state == "running", or_(_QUEUED_OF_BATCH, held_of_batch))
    )
    return {
        "leases": select(leases),
        "singles": select(or_(queued, held, leases)),
        "all": select(or_(queued, held, leases, batches)),
    }


def take(channels: Collection[ChannelName], *, now: datetime, limit: int, of_batches: int, turn: int) -> Taken:
    """Lock and return up to `limit` rows that may be claimed now, single ones first."""
    open_channels = switch.open_channels(channels)
    if not open_channels or limit <= 0:
        return Taken()
    taken = Taken(lanes=lanes.claimable(open_channels))
    left: dict[Key, float] = {}
    singles = [
        row
        for channel, sender_id in _senders(open_channels)
        if _may_take(taken, (channel, sender_id), now)
        for row in _rows(channel, sender_id, None, limit)
    ]
    singles.sort(key=lambda row: (row.priority, row.id))
    _fit(taken, singles, limit=limit, now=now, left=left)
    room = min(limit - len(taken.rows), of_batches)
    if room > 0:
        batches = [each for each in _batches(open_channels) if _may_take(taken, (each.channel, each.sender_id), now)]
        start = turn % len(batches) if batches else 0
        chosen = (batches[start:] + batches[:start])[:BATCHES_A_CLAIM]
        queues = [_rows(each.channel, each.sender_id, each.id, room) for each in chosen]
        _fit(taken, in_turn(queues, turn=0), limit=len(taken.rows) + room, now=now, left=left)
    return taken


def release_held(now: datetime) -> None:
    """Queue again what was held until now, single ones all and of each running batch some; the gate is asked anew."""
    _release(Message.batch_id.is_(None), now)
    held = exists().where(is_in(State.HELD), Message.batch_id == MessageBatch.id, Message.due_at <= now)
    waiting = select(MessageBatch.id).where(MessageBatch.state == "running", held)
    for batch_id in db.session.scalars(waiting.limit(BATCHES_A_CLAIM)).all():
        _release(Message.batch_id == batch_id, now)


def _release(whose: ColumnElement[bool], now: datetime) -> None:
    some = select(Message.id).where(is_in(State.HELD), whose, Message.due_at <= now).order_by(Message.due_at)
    ids = db.session.scalars(some.limit(RELEASED).with_for_update(skip_locked=True)).all()
    if ids:
        again = update(_MESSAGES).where(_MESSAGES.c.id.in_(ids))
        db.session.execute(again.values(state=State.QUEUED.value, reason=None, due_at=None))


def expire_leases(now: datetime) -> None:
    """Mark as `unknown` what a worker began and did not report: it may have gone."""
    statement = update(Message).where(is_in(State.SENDING), Message.lease_until <= now)
    unknown = {"state": State.UNKNOWN.value, "reason": "outcome_unknown", "lease_until": None, "worker": None}
    db.session.execute(statement.values(**unknown, lookups=0, due_at=now + LOOKUP_AFTER[0]))


def _senders(channels: Sequence[str]) -> list[Key]:
    """Return who has single messages queued: one seek for each sender and channel there is."""
    return [(row[0], row[1]) for row in db.session.execute(_statement_of_senders(tuple(channels)))]


@cache
def _statement_of_senders(channels: tuple[str, ...]) -> CompoundSelect[Any, Any]:
    parts = []
    for channel in channels:
        single = and_(is_in(State.QUEUED), Message.channel == channel, Message.batch_id.is_(None))
        of_unit = exists().where(single, Message.sender_id == BusinessUnit.id)
        of_nobody = exists().where(single, Message.sender_id.is_(None))
        parts += [
            select(literal(channel).label("channel"), BusinessUnit.id.label("sender_id")).where(of_unit),
            select(literal(channel), null()).where(of_nobody),
        ]
    return union_all(*parts)


def _batches(channels: Sequence[str]) -> list[Any]:
    """Return the running batches that have something queued; whoever pauses one waits for the claims under way."""
    return list(db.session.execute(_BATCHES, {"channels": list(channels)}))


def _rows(channel: str, sender_id: str | None, batch_id: str | None, limit: int) -> list[Any]:
    statement = _statement_of_rows(of_sender=sender_id is not None, of_batch=batch_id is not None)
    values = {"channel": channel, "sender": sender_id, "batch": batch_id, "most": limit}
    return list(db.session.execute(statement, {name: value for name, value in values.items() if value is not None}))


@cache
def _statement_of_rows(*, of_sender: bool, of_batch: bool) -> Select[Any]:
    whose = Message.sender_id == bindparam("sender") if of_sender else Message.sender_id.is_(None)
    batch = Message.batch_id == bindparam("batch") if of_batch else Message.batch_id.is_(None)
    return (
        select(_MESSAGES)
        .where(is_in(State.QUEUED), Message.channel == bindparam("channel"), whose, batch)
        .order_by(Message.priority, Message.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


def _may_take(taken: Taken, key: Key, now: datetime) -> bool:
    return taken.lanes.get(key, lanes.FREE).room(now, first=1.0) >= 1.0


def _fit(taken: Taken, rows: Sequence[Any], *, limit: int, now: datetime, left: dict[Key, float]) -> None:
    """Add rows while there is room; where one does not fit into its lane any more, those behind it wait with it."""
    full: set[Key] = set()
    for row in rows:
        key = (row.channel, row.sender_id)
        if len(taken.rows) >= limit:
            return
        if key in full:
            continue
        if key not in left:
            taken.first[key] = row.size
            left[key] = taken.lanes.get(key, lanes.FREE).room(now, first=row.size)
        if row.size > left[key]:
            full.add(key)
            left[key] = 0.0
            continue
        left[key] -= row.size
        taken.rows.append(row)
