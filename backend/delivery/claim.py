"""Claiming: what a worker takes from the outbox, checked by the gate and marked `sending` in one transaction.

The transaction commits before the first byte goes to the provider. Whoever dies afterwards leaves rows whose lease runs
out; nobody can tell whether those went, so they become `unknown` and are never simply sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import ColumnElement, exists, literal, or_, select, update

from backend.core import clock
from backend.core.db import db
from backend.delivery import recipients
from backend.delivery.channels import Outgoing
from backend.delivery.facts import load_facts
from backend.delivery.models import Message, MessageAttempt
from backend.delivery.pacing import LOOKUP_AFTER
from backend.delivery.rules import Allowed, ChannelName, Facts, closes_at, may_contact
from backend.delivery.service import apply_verdict
from backend.delivery.states import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LEASE: Final = timedelta(seconds=120)
"""Longer than any provider call may take."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim took: `outgoing` may go now; `looked_at` counts those too that the gate held back."""

    outgoing: tuple[tuple[ChannelName, Outgoing], ...] = ()
    looked_at: int = 0


def has_work() -> bool:
    """Tell, by a read alone, whether a claim would find something: an idle worker takes no write lock."""
    now = clock.now()
    found = db.session.scalar(
        select(
            or_(
                exists().where(is_in(State.QUEUED)),
                exists().where(is_in(State.HELD), Message.due_at <= now),
                exists().where(is_in(State.SENDING), Message.lease_until <= now),
            )
        )
    )
    return bool(found)


def claim(*, worker: str, channels: Collection[ChannelName], limit: int) -> Claimed:
    """Take up to `limit` messages, the most urgent first, and mark those that may go as `sending`.

    Uses ix_message_claim (queued only, by priority and id). On PostgreSQL rows that another worker is claiming are
    skipped; on SQLite the transaction is the only writer.
    """
    now = clock.now()
    release_held(now)
    expire_leases(now)
    query = (
        select(Message)
        .where(is_in(State.QUEUED), Message.channel.in_(channels))
        .order_by(Message.priority, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    messages = list(db.session.scalars(query))
    return Claimed(tuple(_let_through(messages, now=now, worker=worker)), len(messages))


def _let_through(messages: list[Message], *, now: datetime, worker: str) -> Iterator[tuple[ChannelName, Outgoing]]:
    """Put messages before the gate, one after the other: what goes counts for those behind it."""
    recipients.hold(each.address for each in messages if each.purpose == "commercial" and each.address)
    going = recipients.Going()
    for message, facts in zip(messages, load_facts(messages, now=now), strict=True):
        channel, known = cast("ChannelName", message.channel), going.seen(message, facts)
        verdict = may_contact(channel, known)
        apply_verdict(message, verdict, now=now)
        if isinstance(verdict, Allowed):
            going.let(message, known)
            yield channel, _begin(message, channel, known, worker=worker)


def release_held(now: datetime) -> None:
    """Queue again what was held until now; its claim asks the gate anew."""
    statement = update(Message).where(is_in(State.HELD), Message.due_at <= now)
    db.session.execute(statement.values(state=State.QUEUED.value, reason=None, due_at=None))


def expire_leases(now: datetime) -> None:
    """Mark as `unknown` what a worker began and did not report: it may have gone."""
    statement = update(Message).where(is_in(State.SENDING), Message.lease_until <= now)
    unknown = {"state": State.UNKNOWN.value, "reason": "outcome_unknown", "lease_until": None, "worker": None}
    db.session.execute(statement.values(**unknown, lookups=0, due_at=now + LOOKUP_AFTER[0]))


def is_in(state: State) -> ColumnElement[bool]:
    """Compare with the state written into the statement: a database can prove only then that a partial index fits."""
    return Message.state == literal(state.value, literal_execute=True)


def _begin(message: Message, channel: ChannelName, facts: Facts, *, worker: str) -> Outgoing:
    message.state = State.SENDING
    message.attempts += 1
    message.worker = worker
    message.lease_until = facts.now + LEASE
    message.claimed_at = facts.now
    message.provider = facts.route.provider if facts.route else None
    db.session.add(MessageAttempt(message_id=message.id, number=message.attempts, worker=worker, began_at=facts.now))
    closes = closes_at(channel, facts)
    return Outgoing(
        id=message.id,
        attempt=message.attempts,
        address=message.address or "",
        body=message.body,
        purpose=message.purpose,
        ttl=None if closes is None else max(1, int((closes - facts.now).total_seconds())),
        route=facts.route,
    )
