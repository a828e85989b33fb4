"""The only door to a customer for a person: unknown and forbidden look alike."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers.models import Card, Customer
from backend.customers.rules import normal_phone
from backend.customers.survivors import survivors

_LAST_FOUR = 4


def customer(customer_id: str) -> Customer:
    """The customer with her cards, preferences and facts; who she is now, if she was merged. Raises `NotFound`."""
    if not is_id(customer_id):
        raise NotFound
    found = _customer(customer_id)
    if found is None and (now := survivors([customer_id]).get(customer_id)) is not None:
        found = _customer(now)
    if found is None:
        raise NotFound
    return found


def _customer(customer_id: str) -> Customer | None:
    return db.session.execute(
        select(Customer)
        .where(Customer.id == customer_id)
        .options(
            joinedload(Customer.facts),
            joinedload(Customer.home_store),
            selectinload(Customer.cards),
            selectinload(Customer.preferences),
        )
    ).scalar_one_or_none()


def is_known(customer_id: str) -> bool:
    """Whether there is a customer with this id; for the system itself, which shows her to nobody."""
    return db.session.execute(select(exists().where(Customer.id == customer_id))).scalar_one()


def customers(q: str | None) -> Select[Customer]:
    """Customers whose name begins with `q`, or whose card, phone or last four digits it is.

    Name and phone seek in ix_customer_name and ix_customer_phone; the last four digits read the phone index through.
    """
    query = select(Customer).options(joinedload(Customer.facts))
    text = (q or "").strip()
    if not text:
        return query
    phone = normal_phone(text)
    ways: list[ColumnElement[bool]] = [
        Customer.name.startswith(text, autoescape=True),
        func.lower(Customer.name_latin).startswith(text.lower(), autoescape=True),
        exists().where(Card.customer_id == Customer.id, Card.number == text),
    ]
    if phone is not None:
        ways.append(Customer.phone == phone)
    if len(text) == _LAST_FOUR and text.isdigit():
        ways.append(Customer.phone.endswith(text))
    return query.where(or_(*ways))


def find_one(text: str) -> Customer:
    """The one customer with this id, card or phone, for commands. Raises `NotFound` when none or several match."""
    phone = normal_phone(text)
    by_card = select(Card.customer_id).where(Card.number == text)
    ways: list[ColumnElement[bool]] = [Customer.id.in_(by_card)]
    if phone is not None:
        ways.append(Customer.phone == phone)
    if is_id(text):
        ways.append(Customer.id == text)
    query = select(Customer.id).where(or_(*ways))
    ids = db.session.execute(query.limit(2)).scalars().all()
    if len(ids) != 1:
        detail = (
            "No customer has this id, card or phone."
            if not ids
            else "Several customers share this phone; name one by id."
        )
        raise NotFound(detail)
    return customer(ids[0])
