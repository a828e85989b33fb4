"""What of a member the person who asks is shown: the rules of `rules.py`, put to the present request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core.db import db
from backend.customers import rules
from backend.customers.copy import FIELDS, scopes
from backend.organization import current_viewer
from backend.sync import EVERYONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from backend.customers.models import Customer


def own(customer_ids: Collection[str]) -> set[str]:
    """Those of the customers who are in the book of the person who asks: the store's, or the tablet's in hand."""
    viewer = current_viewer()
    if EVERYONE in viewer.books:
        return set(customer_ids)
    new = set(customer_ids) - viewer.own.keys()
    if new and viewer.books:
        held = scopes(db.session(), sorted(new))
        viewer.own.update((each, bool(held[each] & viewer.books)) for each in new)
    return {each for each in customer_ids if viewer.own.get(each)}


def may_call(customer: Customer) -> bool:
    """Whether the person who asks is shown how she is reached."""
    role = current_viewer().role
    return rules.sees_phone(role, own=role not in rules.NEEDS_OWN or bool(own([customer.id])))


def phone(customer: Customer) -> str | None:
    """The phone as her card shows it."""
    return customer.phone if may_call(customer) else rules.masked_phone(customer.phone)


def phones(customer: Customer) -> list[dict[str, Any]]:
    """Her further numbers, as the main one is shown."""
    whole = not customer.phones or may_call(customer)
    return [
        {
            "id": each.id,
            "phone": each.phone if whole else rules.masked_phone(each.phone),
            "kind": each.kind,
            "note": shown_words(each.note) if whole else None,
        }
        for each in customer.phones
    ]


def email(customer: Customer) -> str | None:
    """The e-mail address, or None for who may not call her either."""
    return customer.email if customer.email is None or may_call(customer) else None


def memberships(customer: Customer) -> list[dict[str, Any]]:
    """Her cards with what each is."""
    shown = cards([card.number for card in customer.cards])
    return [
        {
            "number": number,
            "kind": card.kind,
            "issuer": card.issuer,
            "business_unit": card.business_unit.code if card.business_unit else None,
            "unit": card.business_unit.name if card.business_unit else None,
            "unit_latin": card.business_unit.name_latin if card.business_unit else None,
        }
        for number, card in zip(shown, customer.cards, strict=True)
    ]


def birth_date(customer: Customer) -> date | None:
    """The day of birth, or None where the year has to do."""
    return customer.birth_date if rules.sees_words(current_viewer().role) else None


def memo(customer: Customer) -> str | None:
    """What the floor wrote on her card, or None for who does not look after her."""
    return shown_words(customer.memo)


def shown_words(text: str | None) -> str | None:
    """What somebody wrote down about one member, or None for who does not look after her."""
    return text if rules.sees_words(current_viewer().role) else None


def cards(numbers: Collection[str]) -> list[str]:
    """The numbers of her cards."""
    whole = rules.sees_words(current_viewer().role)
    return [number if whole else rules.masked_card(number) for number in numbers]


def preferences(customer: Customer) -> list[dict[str, str]]:
    """Her preferences; what is about her health, and what she asked for, is for those who serve her."""
    return shown_preferences([{"kind": each.kind, "value": each.value} for each in customer.preferences])


def shown_preferences(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """As above, of a row."""
    whole = rules.sees_words(current_viewer().role)
    return [each for each in found if whole or each["kind"] not in rules.FOR_WHO_SERVES]


def rows(found: Mapping[str, tuple[Any, ...]]) -> dict[str, dict[str, Any]]:
    """Rows of the tablet's collection, {id: values}, as a search shows them."""
    role, hers = current_viewer().role, own(found.keys())
    shown: dict[str, dict[str, Any]] = {}
    for customer_id, values in found.items():
        row = dict(zip(FIELDS, values, strict=True))
        if not rules.sees_phone(role, own=customer_id in hers, listed=True):
            row["phone"] = rules.masked_phone(row["phone"])
            row["phones"] = [rules.masked_phone(each) for each in row["phones"]]
        if not rules.sees_words(role):
            row |= {"memo": None, "cards": [rules.masked_card(number) for number in row["cards"]]}
            row["preferences"] = shown_preferences(row["preferences"])
        shown[customer_id] = row
    return shown
