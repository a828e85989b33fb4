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


def may_call(customer_id: str) -> bool:
    """Whether the person who asks is shown how she is reached."""
    role = current_viewer().role
    return rules.sees_phone(role, own=role not in rules.NEEDS_OWN or bool(own([customer_id])))


def shown_words(text: str | None) -> str | None:
    """What somebody wrote down about one member, or None for who does not look after her."""
    return text if rules.sees_words(current_viewer().role) else None


def cards(numbers: Collection[str]) -> list[str]:
    """The numbers of her cards."""
    whole = rules.sees_words(current_viewer().role)
    return [number if whole else rules.masked_card(number) for number in numbers]


def shown_preferences(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """Her preferences; what is about her health, and what she asked for, is for those who serve her."""
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
