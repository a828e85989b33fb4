"""Cards and documents that somebody is known by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.customers import Card, IdentityDocument
from backend.segments.language.conditions.common import YES_NO
from backend.segments.language.conditions.member import turned
from backend.segments.language.registry import Among, Condition, Phrase, Value

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given

_HAS = ("has", "has_not")


def _card(given: Given, asking: Asking) -> Among:
    found = select(Card.customer_id).where(Card.business_unit_id.in_(given.value), *asking.only(Card.customer_id))
    return Among(found, negated=given.op == "has_not")


def _partner_card(given: Given, asking: Asking) -> Among:
    found = select(Card.customer_id).where(Card.issuer.in_(given.value), *asking.only(Card.customer_id))
    return Among(found, negated=given.op == "has_not")


def _passport(given: Given, asking: Asking) -> Among:
    whose = IdentityDocument.customer_id
    found = select(whose).where(IdentityDocument.kind == "passport", *asking.only(whose))
    return Among(found, negated=not given.value)


def _say_card(given: Given, names: Names) -> Phrase:
    said = names.any_of("unit", given.value)
    return turned(Phrase(f"{said} 카드가 ", "있", f"have a card of {said}", f"do not have a card of {said}"), given)


def _say_partner_card(given: Given, names: Names) -> Phrase:
    said = names.any_of("issuer", given.value)
    return turned(
        Phrase(f"{said} 제휴 카드가 ", "있", f"have a partner card of {said}", f"do not have a partner card of {said}"),
        given,
    )


def _say_passport(given: Given, _names: Names) -> Phrase:
    return turned(Phrase("여권이 등록", "되", "have a passport on file", "do not have a passport on file"), given)


CONDITIONS = (
    Condition("card", "identifiers", "사업부 카드", "Card of a unit", _HAS, Value("unit", many=True), _card, _say_card),
    Condition(
        "partner_card",
        "identifiers",
        "제휴 카드",
        "Partner card",
        _HAS,
        Value("text", many=True, length=60),
        _partner_card,
        _say_partner_card,
    ),
    Condition("passport", "identifiers", "여권 등록", "Passport on file", ("is",), YES_NO, _passport, _say_passport),
)
