"""The only door to texts from people: unknown and forbidden look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import joinedload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import Customer, get_customer, masked_phone, visible
from backend.delivery import Message
from backend.organization import StaffRole, at_hidden, current_viewer, hidden_units
from sms.incoming.models import OPEN, Incoming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.organization import Person

READERS = (StaffRole.ASSOCIATE, StaffRole.MANAGER, StaffRole.ADMIN)
"""Who reads what people write: those who look after them. A marketer reaches people through messages only."""


def replies(person: Person, args: Mapping[str, Any]) -> Select[Incoming]:
    """Select texts in a state, for a person: her own and her store's, an admin's all; the caller orders and pages."""
    query = select(Incoming).options(
        joinedload(Incoming.customer), joinedload(Incoming.sender), joinedload(Incoming.staff)
    )
    query = query.where(_for(person), _visible())
    state = args["state"]
    if state == "handled":
        return query.where(Incoming.handled_at.is_not(None))
    query = query.where(OPEN)
    if state == "mine":
        return query.where(Incoming.staff_id == person.id)
    if state == "unknown":
        return query.where(Incoming.customer_id.is_(None))
    return query.where(Incoming.doubtful) if state == "doubtful" else query


def reply(person: Person, reply_id: str) -> Incoming:
    """Return one text. Raises `NotFound`."""
    query = select(Incoming).where(Incoming.id == reply_id, _for(person), _visible())
    found = db.session.scalars(query).one_or_none() if is_id(reply_id) else None
    if found is None:
        raise NotFound
    return found


def customer_id(customer_id: str) -> str:
    """Return the id of a customer whom one may see. Raises `NotFound`."""
    if not is_id(customer_id):
        raise NotFound
    return get_customer(customer_id).id


def texts_from(customer_id: str) -> Select[Incoming]:
    """Select what a customer wrote (ix_sms_incoming_customer)."""
    return select(Incoming).options(joinedload(Incoming.staff)).where(Incoming.customer_id == customer_id, _own_units())


def texts_to(customer_id: str) -> Select[Message]:
    """Select what was written to a customer (ix_message_customer), as far as it was to go out."""
    units = hidden_units()
    query = select(Message).where(Message.customer_id == customer_id, Message.channel == "sms")
    if not units:
        return query
    return query.where(
        or_(Message.sender_id.is_(None), Message.sender_id.not_in(units)),
        or_(Message.store_id.is_(None), ~at_hidden(Message.store_id, units)),
    )


def _for(person: Person) -> ColumnElement[bool]:
    if person.role == StaffRole.ADMIN:
        return true()
    hers: ColumnElement[bool] = Incoming.staff_id == person.id
    if person.store_id is None:
        return hers
    nobodys: ColumnElement[bool] = false()
    if person.role == StaffRole.MANAGER:
        units = [person.business_unit_id] if person.business_unit_id else []
        nobodys = and_(Incoming.store_id.is_(None), or_(Incoming.sender_id.is_(None), Incoming.sender_id.in_(units)))
    return or_(hers, Incoming.store_id == person.store_id, nobodys)


def _visible() -> ColumnElement[bool]:
    if not hidden_units():
        return true()
    known = Incoming.customer_id.in_(select(Customer.id).where(visible()))
    return and_(or_(Incoming.customer_id.is_(None), known), _own_units())


def _own_units() -> ColumnElement[bool]:
    units = hidden_units()
    return or_(Incoming.sender_id.is_(None), Incoming.sender_id.not_in(units)) if units else true()


def shown_address(incoming: Incoming) -> str | None:
    """The number as the person who asks is shown it: a member's stands on her card, a stranger's is the store's."""
    whole = incoming.customer_id is None and current_viewer().role in {StaffRole.ASSOCIATE, StaffRole.MANAGER}
    return incoming.address if whole else masked_phone(incoming.address)
