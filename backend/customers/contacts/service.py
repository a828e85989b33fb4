"""A customer's further numbers and her cards. Each write is one function; the edge's unit of work commits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core import audit, events
from backend.core.db import db
from backend.core.errors import Conflict, NotFound, ValidationFailed
from backend.core.ids import is_id, new_id
from backend.customers import access
from backend.customers.models import Card, Customer, CustomerPhone
from backend.customers.service import CustomerEdited, business_unit_id, hold
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor

_COLLECTION = "customers"
_AT_MOST = 20


def add_phone(customer_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> Customer:
    """Add a further number; the first one that she has becomes the main one.

    Raises `NotFound`, and `ValidationFailed` for a number that she has.
    """
    customer = _held(customer_id)
    phone = data["phone"]
    if phone == customer.phone or phone in {each.phone for each in customer.phones}:
        raise ValidationFailed({"phone": ["She has this number already."]})
    if len(customer.phones) >= _AT_MOST:
        raise ValidationFailed({"phone": [f"A customer has at most {_AT_MOST} further numbers."]})
    if customer.phone is None:
        customer.phone = phone
    else:
        db.session.add(CustomerPhone(id=new_id(), customer_id=customer.id, **data))
    return _edited(customer, "phones", acting_staff)


def change_phone(customer_id: str, phone_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> Customer:
    """Say anew what kind of number it is, and the remark. Raises `NotFound`."""
    customer = _held(customer_id)
    phone = _phone(customer, phone_id)
    for name, value in data.items():
        setattr(phone, name, value)
    return _edited(customer, "phones", acting_staff)


def remove_phone(customer_id: str, phone_id: str, *, acting_staff: Actor) -> Customer:
    """Take a further number away. Raises `NotFound`."""
    customer = _held(customer_id)
    db.session.delete(_phone(customer, phone_id))
    return _edited(customer, "phones", acting_staff)


def make_main(customer_id: str, phone_id: str, *, acting_staff: Actor) -> Customer:
    """Have texts go to a further number; the main one becomes a further one in its place. Raises `NotFound`."""
    customer = _held(customer_id)
    chosen = _phone(customer, phone_id)
    before, customer.phone = customer.phone, chosen.phone
    db.session.delete(chosen)
    db.session.flush()
    if before is not None:
        db.session.add(CustomerPhone(id=new_id(), customer_id=customer.id, phone=before, kind="mobile"))
    return _edited(customer, "phone", acting_staff)


def add_card(customer_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> Customer:
    """Give her a card. Raises `NotFound`, `ValidationFailed`, and `Conflict` for a number that somebody holds."""
    customer = _held(customer_id)
    if db.session.execute(select(Card.customer_id).where(Card.number == data["number"])).first() is not None:
        detail = "Somebody holds this card already; it stays with its holder."
        raise Conflict(detail)
    unit_id = business_unit_id(data.get("business_unit"))
    card = Card(number=data["number"], customer_id=customer.id, kind=data["kind"], issuer=data.get("issuer"))
    card.business_unit_id = unit_id
    db.session.add(card)
    return _edited(customer, "cards", acting_staff)


def remove_card(customer_id: str, number: str, *, acting_staff: Actor) -> Customer:
    """Take a card from her. Raises `NotFound` for one that is not hers."""
    customer = _held(customer_id)
    card = db.session.get(Card, number)
    if card is None or card.customer_id != customer.id:
        raise NotFound
    db.session.delete(card)
    return _edited(customer, "cards", acting_staff)


def keep_number(customer_id: str, phone: str | None, *, owner_id: str | None = None) -> None:
    """Have a number that is no longer the main one stay with the customer, as whose it was; once, if at all."""
    known = select(CustomerPhone.id).where(CustomerPhone.customer_id == customer_id, CustomerPhone.phone == phone)
    main = select(Customer.id).where(Customer.id == customer_id, Customer.phone == phone)
    if phone is None or db.session.execute(known.union_all(main)).first() is not None:
        return
    kept = CustomerPhone(id=new_id(), customer_id=customer_id, phone=phone, kind="mobile")
    kept.owner_id = owner_id
    db.session.add(kept)
    db.session.flush()


def drop_doubled_number(customer_id: str) -> None:
    """Delete the further number that is her main one by now."""
    main = select(Customer.phone).where(Customer.id == customer_id).scalar_subquery()
    mark_changed(_COLLECTION, [customer_id])
    db.session.execute(
        delete(CustomerPhone).where(CustomerPhone.customer_id == customer_id, CustomerPhone.phone == main),
        execution_options={"synchronize_session": False},
    )


def _held(customer_id: str) -> Customer:
    customer = access.customer(customer_id)
    hold([customer.id])
    return customer


def _phone(customer: Customer, phone_id: str) -> CustomerPhone:
    found = db.session.get(CustomerPhone, phone_id) if is_id(phone_id) else None
    if found is None or found.customer_id != customer.id:
        raise NotFound
    return found


def _edited(customer: Customer, field: str, acting_staff: Actor) -> Customer:
    """What follows every change here: the audit says which field, never what it holds."""
    db.session.flush()
    db.session.expire(customer)
    audit.record(
        acting_staff,
        "customer.edit",
        subject_kind="customer",
        subject_id=customer.id,
        detail={"fields": [field]},
    )
    events.publish(CustomerEdited(customer.id, (field,)))
    return access.customer(customer.id)
