"""Taking a copy of what is held about a member: of whom it is, and why it is taken, which the access log keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend import customers
from backend.core import audit
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.privacy.rules import names_her

if TYPE_CHECKING:
    from backend.core.audit import Actor
    from backend.customers import Customer, Subject


def taken(customer: Customer, *, what: str, reason: str, acting_staff: Actor) -> Subject:
    """Write into the access log that a copy is taken, by whom and why; everything by which she is known.

    Raises `ValidationFailed` for a reason that names her: the log keeps it after she is erased.
    """
    subject = _subject(customer)
    if names_her(customer.name, subject.phones, subject.cards, text=reason):
        raise ValidationFailed({"reason": ["Do not name the member here: the log outlives her data."]})
    audit.record_access(acting_staff, customer_id=customer.id, what=what, reason=reason)
    db.session.flush()
    return subject


def _subject(customer: Customer) -> Subject:
    merged = tuple(customers.merged_into(customer.id))
    kept = select(customers.MergedCustomer.kept).where(customers.MergedCustomer.id.in_(merged))
    phones = {customer.phone, *(entry["customer"]["phone"] for entry in db.session.execute(kept).scalars())} - {None}
    cards = tuple(card.number for card in customer.cards)
    return customers.Subject(customer.id, merged, tuple(sorted(str(each) for each in phones)), cards)
