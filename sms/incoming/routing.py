"""Whom a text is from, which business unit it was written to, and who of the house it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from backend.core.db import db
from backend.customers import Customer, CustomerPhone, normal_phone
from backend.delivery import Message
from backend.organization import BusinessUnit, Staff, Store
from sms.routing import SenderNumber

if TYPE_CHECKING:
    from sqlalchemy import Select


@dataclass(frozen=True, slots=True)
class Way:
    """From whom to whom: `customer_ids` are all who have that number, `customer_id` the one it is taken for."""

    customer_ids: tuple[str, ...]
    customer_id: str | None
    sender_id: str | None
    store_id: str | None
    staff_id: str | None


def way_of(address: str, our_number: str) -> Way:
    """Find who wrote to whom.

    The unit is the one whose number it is, else the one that texted that number last. Of several customers with one
    number it is the one who was texted last, or nobody. It is for her preferred staff, else for whoever texted her
    last, else for her store.
    """
    customer_ids = holders(address)
    last = _last_text(address)
    sender_id = _unit_of(our_number) or (last.sender_id if last else None)
    only = customer_ids[0] if len(customer_ids) == 1 else None
    customer_id = only or (last.customer_id if last and last.customer_id in customer_ids else None)
    customer = db.session.get(Customer, customer_id) if customer_id else None
    staff = _fit(customer.preferred_staff_id if customer else None, sender_id)
    staff = staff or _fit(_last_staff(address), sender_id)
    stores = (
        staff.store_id if staff else None,
        last.store_id if last else None,
        customer.home_store_id if customer else None,
    )
    store_id = next((each for each in stores if each and _is_of(each, sender_id)), None)
    return Way(customer_ids, customer_id, sender_id, store_id, staff.id if staff else None)


def holders(address: str) -> tuple[str, ...]:
    """The customers who have a number, as their main or a further one, by id."""
    further = select(CustomerPhone.customer_id).where(CustomerPhone.phone == address)
    query = select(Customer.id).where(or_(Customer.phone == address, Customer.id.in_(further)))
    return tuple(db.session.scalars(query.order_by(Customer.id)))


def _texts_to(address: str) -> Select[Message]:
    query = select(Message).where(
        Message.address == address, Message.channel == "sms", Message.accepted_at.is_not(None)
    )
    return query.order_by(Message.id.desc()).limit(1)


def _last_text(address: str) -> Message | None:
    return db.session.scalars(_texts_to(address)).first()


def _last_staff(address: str) -> str | None:
    found = db.session.scalars(_texts_to(address).where(Message.staff_id.is_not(None))).first()
    return found.staff_id if found else None


def _unit_of(our_number: str) -> str | None:
    """The one unit in whose name the number is registered as a sender, or that gives it as its contact."""
    registered = select(SenderNumber.business_unit_id).where(
        SenderNumber.number == our_number, SenderNumber.ended_at.is_(None)
    )
    found = set(db.session.scalars(registered))
    if not found:
        units = db.session.execute(select(BusinessUnit.id, BusinessUnit.contact))
        found = {unit_id for unit_id, contact in units if contact and normal_phone(contact) == our_number}
    return found.pop() if len(found) == 1 else None


def _fit(staff_id: str | None, sender_id: str | None) -> Staff | None:
    """Somebody who still works here, for the unit that was written to."""
    found = db.session.get(Staff, staff_id) if staff_id else None
    if found is None or not found.active:
        return None
    unit_id = found.store.business_unit_id if found.store else None
    return found if None in {sender_id, unit_id} or unit_id == sender_id else None


def _is_of(store_id: str, sender_id: str | None) -> bool:
    store = db.session.get(Store, store_id)
    return store is not None and sender_id in {None, store.business_unit_id}
