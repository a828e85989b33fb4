"""Putting a message into the outbox, asking the gate about one, and taking one back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import update

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict
from backend.core.ids import new_id
from backend.delivery import facts, recipients, wake
from backend.delivery.models import Message
from backend.delivery.rules import Allowed, ChannelName, Held, Verdict, may_contact
from backend.delivery.states import WAITING, State

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from backend.delivery.drafts import Draft

LOOK_AGAIN: Final = timedelta(hours=1)
"""When a message that is held for something unknown is put before the gate again."""


def decide(contacts: Sequence[Draft | Message]) -> list[Verdict]:
    """Ask the gate about each contact, as things stand now; about those that are alike only once."""
    known = facts.load(contacts, now=clock.now())
    answers: dict[Hashable, Verdict] = {}
    verdicts = []
    for place, contact in enumerate(contacts):
        like = known.likeness(place)
        verdict = None if like is None else answers.get(like)
        if verdict is None:
            verdict = may_contact(cast("ChannelName", contact.channel), known.facts(place))
            answers[like] = verdict
        verdicts.append(verdict)
    return verdicts


def enqueue(draft: Draft, *, actor: audit.Actor) -> Message:
    """Put a message into the outbox with the gate's first answer; the gate is asked again when it is claimed.

    One that may not go is kept as `skipped` with its reason, so that the customer's card can say why.
    """
    now = clock.now()
    message = Message(
        id=draft.id or new_id(),
        channel=draft.channel,
        purpose=draft.purpose,
        customer_id=draft.customer_id,
        sender_id=draft.sender_id,
        store_id=draft.store_id,
        staff_id=actor.staff_id,
        recipient_id=draft.recipient_id,
        template=draft.template,
        source_id=draft.source_id,
        language=draft.language,
        address=draft.address,
        body=draft.body,
        digest=recipients.digest_of(draft.body) if draft.purpose == "commercial" else None,
        size=draft.size,
        priority=draft.priority,
        at_most_once=draft.once,
        not_after=draft.not_after,
        attempts=0,
        created_at=now,
    )
    apply_verdict(message, decide([draft])[0], now=now)
    db.session.add(message)
    wake.call_workers()
    audit.record(
        actor,
        "message.enqueue",
        subject_kind="message",
        subject_id=message.id,
        detail={"customer_id": draft.customer_id, "state": message.state, "reason": message.reason},
    )
    return message


def apply_verdict(message: Message, verdict: Verdict, *, now: datetime) -> None:
    """Write the gate's answer on the message; allowed means queued."""
    for name, value in verdict_values(verdict, now=now).items():
        setattr(message, name, value)


def verdict_values(verdict: Verdict, *, now: datetime) -> dict[str, object]:
    """Return what the gate's answer writes into the columns of a message."""
    values: dict[str, object] = {"decided_at": now, "basis": None, "reason": None, "due_at": None, "ended_at": None}
    if isinstance(verdict, Allowed):
        return values | {"state": State.QUEUED.value, "basis": verdict.basis}
    if isinstance(verdict, Held):
        until = verdict.until or now + LOOK_AGAIN
        return values | {"state": State.HELD.value, "reason": verdict.reason, "due_at": until}
    return values | {"state": State.SKIPPED.value, "reason": verdict.reason, "ended_at": now, "lease_until": None}


def end(message: Message, state: State, *, reason: str | None, now: datetime) -> None:
    """Write an ending on the message."""
    message.state = state
    message.reason = reason
    message.due_at = None
    message.lease_until = None
    message.ended_at = now


def note_opened(message_id: str) -> None:
    """Note that a person opened a link in a message, the first time only."""
    first = update(Message).where(Message.id == message_id, Message.opened_at.is_(None))
    db.session.execute(first.values(opened_at=clock.now()), execution_options={"synchronize_session": False})


def cancel(message: Message, *, actor: audit.Actor) -> Message:
    """Take back a message that nobody has been handed yet. Raises `Conflict` when it is too late for that."""
    if message.state not in WAITING:
        detail = "This message has left already and cannot be taken back."
        raise Conflict(detail)
    end(message, State.CANCELED, reason="canceled", now=clock.now())
    audit.record(actor, "message.cancel", subject_kind="message", subject_id=message.id)
    return message
