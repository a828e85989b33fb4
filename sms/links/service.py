"""Keeping links with their messages, and noting who opened them. Each write is one function."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from backend.core import clock
from backend.core.db import db
from backend.core.ids import new_id
from backend.delivery import Message, note_opened
from sms.links.models import LinkClick, ShortLink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sms.links.agents import Device, Kind

VALID_FOR: Final = timedelta(days=90)


def keep(targets: Mapping[str, str], message: Message) -> None:
    """Have the codes in a message's body lead somewhere."""
    now = clock.now()
    db.session.add_all(
        ShortLink(
            code=code,
            target=target,
            message_id=message.id,
            customer_id=message.customer_id,
            owner_id=message.owner_id,
            sender_id=message.sender_id,
            template=message.template,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
        for code, target in targets.items()
    )


def link(code: str) -> ShortLink | None:
    """Return the link with this code, also one that has expired."""
    return db.session.get(ShortLink, code)


def note(found: ShortLink, kind: Kind, device: Device) -> None:
    """Note that a link was opened; the first time that a person did stands on the message as well."""
    db.session.add(LinkClick(id=new_id(), code=found.code, at=clock.now(), kind=kind, device=device))
    if kind == "human" and found.message_id is not None:
        note_opened(found.message_id)


def age_of(found: ShortLink) -> float:
    """Return how many seconds ago the text left, as far as is known."""
    message = db.session.get(Message, found.message_id) if found.message_id else None
    since = (message.sent_at or message.accepted_at) if message else None
    return (clock.now() - (since or found.created_at)).total_seconds()
