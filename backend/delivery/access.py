"""The only door to messages for people: unknown and forbidden look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from backend.core import clock
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import Customer, get_customer, visible
from backend.delivery.models import CONSENT_NOTICES, Message, OwedNotice
from backend.organization import at_hidden, hidden_units

if TYPE_CHECKING:
    from collections.abc import Mapping


def messages(customer_id: str | None = None) -> Select[Message]:
    """Select messages, those of one customer when given (ix_message_customer); the caller orders and pages.

    What staff are told is nobody else's business, and not among them.
    """
    query = select(Message).where(_visible(), Message.recipient_id.is_(None))
    return query if customer_id is None else query.where(Message.customer_id == customer_id)


def message(message_id: str) -> Message:
    """Return one message. Raises `NotFound`."""
    query = select(Message).where(Message.id == message_id, Message.recipient_id.is_(None), _visible())
    found = db.session.scalars(query).one_or_none() if is_id(message_id) else None
    if found is None:
        raise NotFound
    return found


def _visible() -> ColumnElement[bool]:
    """That no business unit keeps it to itself: neither who sent it nor that of the store it was sent for."""
    units = hidden_units()
    if not units:
        return true()
    return and_(
        or_(Message.sender_id.is_(None), Message.sender_id.not_in(units)),
        or_(Message.store_id.is_(None), ~at_hidden(Message.store_id, units)),
    )


def customer(customer_id: str) -> Customer:
    """Return a customer whom one may see. Raises `NotFound`."""
    if not is_id(customer_id):
        raise NotFound
    return get_customer(customer_id)


def customer_id(customer_id: str) -> str:
    """Return the id of a customer whom one may see. Raises `NotFound`."""
    return customer(customer_id).id


def notices(args: Mapping[str, Any]) -> Select[OwedNotice]:
    """Select what is owed in a state, or late; the caller orders by `due_by` and pages (ix_owed_notice_state).

    What fell away by itself (`no_longer_stands`) is nobody's business, nor are members whom another unit keeps.
    """
    query = _shown_notices().where(or_(OwedNotice.reason.is_(None), OwedNotice.reason != "no_longer_stands"))
    query = query.where(OwedNotice.kind.in_(CONSENT_NOTICES if args["kind"] is None else [args["kind"]]))
    if args["state"] == "late":
        return query.where(OwedNotice.state.in_(["owed", "queued", "impossible"]), OwedNotice.due_by < clock.now())
    return query.where(OwedNotice.state == args["state"])


def notice(notice_id: str) -> OwedNotice:
    """Return one notice. Raises `NotFound`."""
    query = _shown_notices().where(OwedNotice.id == notice_id)
    found = db.session.scalars(query).one_or_none() if is_id(notice_id) else None
    if found is None:
        raise NotFound
    return found


def _shown_notices() -> Select[OwedNotice]:
    query = select(OwedNotice).join(Customer, Customer.id == OwedNotice.customer_id).where(visible())
    if units := hidden_units():
        query = query.where(or_(OwedNotice.sender_id.is_(None), OwedNotice.sender_id.not_in(units)))
    return query
