"""Erasing a customer: her own rows go here; every feature that keeps more of her hears `CustomerErased`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from backend.core import events
from backend.core.db import db
from backend.customers.identity import IdentityDocument
from backend.customers.life import LifeEvent, Trip, forget_household
from backend.customers.merging import forget_merged
from backend.customers.models import (
    Card,
    Customer,
    CustomerFacts,
    CustomerPhone,
    Preference,
    StoreActivity,
    StoreDeparture,
)
from backend.customers.service import COLLECTION
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backend.customers.models import MergedCustomer


@dataclass(frozen=True)
class CustomerErased:
    """A customer is being erased. Whoever keeps anything of her deletes it, or keeps it without her, at once.

    Published before her own rows go, in the unit of work that erases. `merged` are the ids of those who were merged
    into her; `phones` are hers and theirs, without those that somebody else has as well. A table that still refers to
    her when it ends stops the erasure: none is forgotten silently.
    """

    customer_id: str
    merged: tuple[str, ...]
    phones: tuple[str, ...]
    cards: tuple[str, ...]


def erase(customer_id: str) -> CustomerErased | None:
    """Delete the customer, and have every feature forget her; None when there is no such customer."""
    row = db.session.execute(select(Customer.phone).where(Customer.id == customer_id)).one_or_none()
    if row is None:
        return None
    merged = forget_merged(customer_id)
    own = _own_phones(customer_id, {row.phone, *_kept_phones(merged)} - {None})
    cards = tuple(db.session.execute(select(Card.number).where(Card.customer_id == customer_id)).scalars())
    erased = CustomerErased(customer_id, tuple(entry.id for entry in merged), own, cards)
    events.publish(erased)
    forget_household(customer_id)
    mark_changed(COLLECTION, [customer_id], deleted=True)
    for model in (
        CustomerPhone,
        Card,
        Preference,
        LifeEvent,
        Trip,
        IdentityDocument,
        CustomerFacts,
        StoreActivity,
        StoreDeparture,
    ):
        db.session.execute(delete(model).where(model.customer_id == customer_id))
    db.session.execute(delete(Customer).where(Customer.id == customer_id))
    db.session.expire_all()
    return erased


def _kept_phones(merged: list[MergedCustomer]) -> Iterator[str | None]:
    for entry in merged:
        yield entry.kept["customer"]["phone"]
        yield from (each["phone"] for each in entry.kept.get("phones", ()))


def _own_phones(customer_id: str, phones: set[str]) -> tuple[str, ...]:
    """`phones` and her further ones, without those that somebody else has as well."""
    further = select(CustomerPhone.phone).where(CustomerPhone.customer_id == customer_id)
    found = phones | set(db.session.scalars(further))
    main = select(Customer.phone).where(Customer.phone.in_(found), Customer.id != customer_id)
    others = select(CustomerPhone.phone).where(CustomerPhone.phone.in_(found), CustomerPhone.customer_id != customer_id)
    return tuple(sorted(found - set(db.session.scalars(main)) - set(db.session.scalars(others))))
