"""The only door to messages for people: unknown and forbidden look alike."""

from __future__ import annotations

from sqlalchemy import Select, select

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import get_customer
from backend.delivery.models import Message


def messages(customer_id: str | None = None) -> Select[Message]:
    """Select messages, those of one customer when given (ix_message_customer); the caller orders and pages."""
    query = select(Message)
    return query if customer_id is None else query.where(Message.customer_id == customer_id)


def message(message_id: str) -> Message:
    """Return one message. Raises `NotFound`."""
    found = db.session.get(Message, message_id) if is_id(message_id) else None
    if found is None:
        raise NotFound
    return found


def customer_id(customer_id: str) -> str:
    """Return the id of a customer whom one may see. Raises `NotFound`."""
    if not is_id(customer_id):
        raise NotFound
    return get_customer(customer_id).id
