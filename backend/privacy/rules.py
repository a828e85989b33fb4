"""Whether a text names a person. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backend.customers import normal_phone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backend.customers import CustomerErased, Subject

# A shorter number stands in many a sentence.
_TELLING = 4


def names_her(name: str, phones: Iterable[str], cards: Iterable[str], *, text: str) -> bool:
    """Whether a sentence holds the person's name, phone or card, in whatever spelling."""
    digits = re.sub(r"\D", "", text)
    numbers = [phone.removeprefix("+82") for phone in phones]
    return name in text or any(
        number and re.sub(r"\D", "", number) in digits for number in (*numbers, *_numeric(cards))
    )


def _numeric(cards: Iterable[str]) -> list[str]:
    return [card for card in cards if sum(char.isdigit() for char in card) >= _TELLING]


def mentions(person: CustomerErased | Subject, text: str) -> bool:
    """Whether `text` is the person's id, phone or card. A name alone is nobody's own."""
    stripped = text.strip()
    if stripped in (person.customer_id, *person.merged, *person.cards):
        return True
    return normal_phone(stripped) in person.phones
