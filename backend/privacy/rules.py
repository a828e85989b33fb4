"""Whether a text names a person. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.customers import normal_phone

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def mentions(person: CustomerErased, text: str) -> bool:
    """Whether `text` is the person's id, phone or card. A name alone is nobody's own."""
    stripped = text.strip()
    if stripped in (person.customer_id, *person.merged, *person.cards):
        return True
    return normal_phone(stripped) in person.phones
