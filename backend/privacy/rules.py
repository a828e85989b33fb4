"""Whether a text names a person. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.customers import normal_phone

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def mentions(person: CustomerErased, text: str) -> bool:
    """Whether `text` is the person's id, phone or card. A name alone is nobody's own."""
    stripped = text.strip()
    if stripped == person.customer_id or stripped in person.cards:
        return True
    return person.phone is not None and normal_phone(stripped) == person.phone
