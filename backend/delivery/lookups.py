"""Messages of unknown outcome: asking the provider's own list what became of them. Reports resolve them, too.

One that a whole list lacks goes out again while it is in time (`pacing.is_proof`: the list is late enough). One that
may go twice goes again after the last look; the others stay unknown, and are counted and shown as that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import exists, select

from backend.core import clock
from backend.core.db import db
from backend.delivery import wake
from backend.delivery.channels import Accepted, Lookup, Missing
from backend.delivery.claim import is_in
from backend.delivery.models import Message, MessageAttempt
from backend.delivery.outcomes import move
from backend.delivery.pacing import LOOKING, LOOKUP_AFTER, is_proof
from backend.delivery.states import State

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from backend.delivery.rules import ChannelName


def is_due() -> bool:
    """Tell, by a read alone, whether a provider is to be asked for anything (ix_message_lookup)."""
    wanted = exists().where(is_in(State.UNKNOWN), Message.due_at <= clock.now())
    return bool(db.session.scalar(select(wanted)))


def take(*, channels: Collection[ChannelName], limit: int) -> list[tuple[ChannelName, Lookup]]:
    """Take messages whose provider is to be asked now. What a worker that dies leaves unasked is due again later."""
    now = clock.now()
    query = select(Message).where(is_in(State.UNKNOWN), Message.due_at <= now, Message.channel.in_(channels))
    messages = list(db.session.scalars(query.limit(limit).with_for_update(skip_locked=True)))
    for message in messages:
        message.due_at = now + LOOKING
    return [(cast("ChannelName", message.channel), _lookup(message)) for message in messages]


def settle(message_id: str, answer: Accepted | Missing | None, *, asked_at: datetime) -> bool:
    """Do what the provider's answer means; True when the message is not unknown any more."""
    message = db.session.get(Message, message_id, with_for_update=True)
    if message is None or message.state != State.UNKNOWN:
        return False
    if isinstance(answer, Accepted) and _resolve(message, answer):
        return True
    message.lookups += 1
    message.due_at = asked_at + LOOKUP_AFTER[message.lookups] if message.lookups < len(LOOKUP_AFTER) else None
    # Since the second look it has been in doubt for long enough as well: after a restore nobody knows of the last call.
    late = message.lookups > 1 and is_proof(began_at=_began_at(message), asked_at=asked_at)
    proven = isinstance(answer, Missing) and late
    may_repeat = message.due_at is None and not message.at_most_once
    in_time = message.not_after is None or clock.now() <= message.not_after
    if not (in_time and (proven or may_repeat)):
        return False
    message.state = State.QUEUED
    message.reason = message.due_at = None
    message.lookups = 0
    wake.call_workers()
    return True


def _resolve(message: Message, found: Accepted) -> bool:
    """Write down what the list told. False when the reference is another message's."""
    taken = db.session.scalar(select(Message.id).where(Message.provider_ref == found.ref, Message.id != message.id))
    if taken is not None:
        return False
    message.provider_ref = found.ref
    message.provider = found.via or message.provider
    move(message, found.state, reason=None, now=clock.now())
    return True


def _began_at(message: Message) -> datetime:
    attempt = db.session.get(MessageAttempt, (message.id, message.attempts))
    return attempt.began_at if attempt else message.created_at


def _lookup(message: Message) -> Lookup:
    known = select(Message.provider_ref).where(Message.address == message.address, Message.id != message.id)
    return Lookup(
        id=message.id,
        address=message.address or "",
        body=message.body,
        began_at=_began_at(message),
        known_refs=frozenset(ref for ref in db.session.scalars(known) if ref),
        via=message.provider,
    )
