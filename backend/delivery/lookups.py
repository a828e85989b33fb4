"""Messages of unknown outcome: asking the provider's own list what became of them. Reports resolve them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import exists, select

from backend.core import clock
from backend.core.db import db
from backend.delivery.channels import Accepted, Lookup
from backend.delivery.claim import is_in
from backend.delivery.models import Message, MessageAttempt
from backend.delivery.outcomes import move
from backend.delivery.pacing import LOOKUP_AFTER
from backend.delivery.states import State

if TYPE_CHECKING:
    from collections.abc import Collection

    from backend.delivery.rules import ChannelName


def is_due() -> bool:
    """Tell, by a read alone, whether a provider is to be asked for anything (ix_message_lookup)."""
    wanted = exists().where(is_in(State.UNKNOWN), Message.due_at <= clock.now())
    return bool(db.session.scalar(select(wanted)))


def take(*, channels: Collection[ChannelName], limit: int) -> list[tuple[ChannelName, Lookup]]:
    """Take messages whose provider is to be asked now, and set when it is asked next, if ever."""
    now = clock.now()
    query = select(Message).where(is_in(State.UNKNOWN), Message.due_at <= now, Message.channel.in_(channels))
    messages = list(db.session.scalars(query.limit(limit).with_for_update(skip_locked=True)))
    for message in messages:
        message.lookups += 1
        following = message.lookups < len(LOOKUP_AFTER)
        message.due_at = now + LOOKUP_AFTER[message.lookups] if following else None
    return [(cast("ChannelName", message.channel), _lookup(message)) for message in messages]


def resolve(message_id: str, found: Accepted) -> bool:
    """Write down what the provider's list told. False when it was resolved since or the reference is taken."""
    message = db.session.get(Message, message_id, with_for_update=True)
    taken = db.session.scalar(select(Message.id).where(Message.provider_ref == found.ref, Message.id != message_id))
    if message is None or message.state != State.UNKNOWN or taken is not None:
        return False
    message.provider_ref = found.ref
    message.provider = found.via or message.provider
    move(message, found.state, reason=None, now=clock.now())
    return True


def _lookup(message: Message) -> Lookup:
    attempt = db.session.get(MessageAttempt, (message.id, message.attempts))
    known = select(Message.provider_ref).where(Message.address == message.address, Message.id != message.id)
    return Lookup(
        id=message.id,
        address=message.address or "",
        body=message.body,
        began_at=attempt.began_at if attempt else message.created_at,
        known_refs=frozenset(ref for ref in db.session.scalars(known) if ref),
        via=message.provider,
    )
