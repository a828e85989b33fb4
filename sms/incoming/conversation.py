"""A customer's texts in and out, in one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.core.ids import is_id
from backend.delivery import Message, MessageSchema
from backend.organization import Staff
from sms.incoming import access
from sms.incoming.models import Incoming

if TYPE_CHECKING:
    from collections.abc import Mapping


def page(customer_id: str, args: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """One page, the newest first, and the `after` of the next or None: two seeks by id, which grows with time."""
    after, limit = args["after"], args["limit"]
    if after is not None and not is_id(after):
        raise ValidationFailed({"after": ["This is no page that the server gave."]})
    came = access.texts_from(customer_id).order_by(Incoming.id.desc()).limit(limit + 1)
    went = access.texts_to(customer_id).order_by(Message.id.desc()).limit(limit + 1)
    if after is not None:
        came, went = came.where(Incoming.id < after), went.where(Message.id < after)
    found: list[Incoming | Message] = [*db.session.scalars(came), *db.session.scalars(went)]
    found.sort(key=lambda each: each.id, reverse=True)
    shown = found[:limit]
    names = _names({each.staff_id for each in shown if each.staff_id})
    turns = [_came(each) if isinstance(each, Incoming) else _went(each, names) for each in shown]
    return turns, shown[-1].id if len(found) > limit else None


def _came(incoming: Incoming) -> dict[str, Any]:
    return {
        "id": incoming.id,
        "direction": "in",
        "body": incoming.body,
        "at": incoming.received_at,
        "kind": incoming.kind,
        "doubtful": incoming.doubtful,
        "open": incoming.handled_at is None,
        "state": None,
        "reason_text": None,
        "staff": None,
    }


def _went(message: Message, names: Mapping[str, str]) -> dict[str, Any]:
    told = MessageSchema(only=("state", "reason_text")).dump(message)
    return {
        "id": message.id,
        "direction": "out",
        "body": message.body,
        "at": message.sent_at or message.created_at,
        "kind": None,
        "doubtful": False,
        "open": False,
        "state": told["state"],
        "reason_text": told["reason_text"],
        "staff": names.get(message.staff_id or ""),
    }


def _names(ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    return {row.id: row.name for row in db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))}
