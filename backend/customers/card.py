"""A member's card as whoever asks may see it.

What is read most: two statements that are made once, without the ORM, and one more about whose book she is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, String, bindparam, cast, literal, null, select, union_all

from backend.core.db import db, table_of
from backend.customers import access, rules, sight
from backend.customers.models import Card, Customer, CustomerFacts, CustomerPhone, Preference
from backend.organization import BusinessUnit, Staff, Store, current_viewer

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row, Select

_customer, _facts, _store, _staff, _unit = map(table_of, (Customer, CustomerFacts, Store, Staff, BusinessUnit))
_phone, _card, _preference = map(table_of, (CustomerPhone, Card, Preference))
_ID: BindParameter[str] = bindparam("id")
_CARD = ("kind", "issuer", "business_unit", "unit", "unit_latin")

_HER = (
    select(
        *(each for each in _customer.c if each.name not in {"source", "source_key", "updated_at", "household_id"}),
        *(_facts.c[name] for name in ("grade", "points", "last_purchase_on", "cycle_days")),
        *(_facts.c[name] for name in ("sms_senders", "night_senders")),
        _store.c.code.label("home_store"),
        _staff.c.login,
        _staff.c.name.label("staff_name"),
    )
    .outerjoin(_facts, _facts.c.customer_id == _customer.c.id)
    .outerjoin(_store, _store.c.id == _customer.c.home_store_id)
    .outerjoin(_staff, _staff.c.id == _customer.c.preferred_staff_id)
    .where(_customer.c.id == _ID)
)


def _listed(name: str, key: ColumnElement[Any], *columns: ColumnElement[Any]) -> Select[Any]:
    """A list of hers as rows of one shape, so that all are read at once: which list, the key, five columns."""
    padded = (*columns, *(null() for _ in range(5 - len(columns))))
    shape = (each.label(f"c{number}") for number, each in enumerate(padded))
    return select(literal(name).label("list"), cast(key, String).label("key"), *shape)


_LISTS = union_all(
    _listed("phones", _phone.c.id, _phone.c.phone, _phone.c.kind, _phone.c.note).where(_phone.c.customer_id == _ID),
    _listed("cards", _card.c.number, _card.c.kind, _card.c.issuer, _unit.c.code, _unit.c.name, _unit.c.name_latin)
    .select_from(_card.outerjoin(_unit, _unit.c.id == _card.c.business_unit_id))
    .where(_card.c.customer_id == _ID),
    _listed("preferences", _preference.c.id, _preference.c.kind, _preference.c.value).where(
        _preference.c.customer_id == _ID
    ),
).order_by("list", "key")


def card(customer_id: str) -> dict[str, Any]:
    """Her card in the shape of `CustomerSchema`; who she is now, if she was merged. Raises `NotFound`."""
    her = access.row(_HER, customer_id)
    lists: dict[str, list[Row[Any]]] = {"phones": [], "cards": [], "preferences": []}
    for row in db.session.execute(_LISTS, {"id": her.id}):
        lists[row.list].append(row)
    return her._asdict() | _reached(her, lists["phones"]) | _said(her) | _kept(lists["cards"], lists["preferences"])


def _reached(her: Row[Any], phones: list[Row[Any]]) -> dict[str, Any]:
    """How she is reached, whole for who may call her."""
    calls = (her.phone or her.email or phones) and sight.may_call(her.id)
    return {
        "phone": her.phone if calls else rules.masked_phone(her.phone),
        "phones": [
            {
                "id": each.key,
                "phone": each.c0 if calls else rules.masked_phone(each.c0),
                "kind": each.c1,
                "note": sight.shown_words(each.c2) if calls else None,
            }
            for each in phones
        ],
        "email": her.email if calls else None,
    }


def _said(her: Row[Any]) -> dict[str, Any]:
    """What is said of her alone, and what other features know."""
    return {
        "birth_date": her.birth_date if rules.sees_words(current_viewer().role) else None,
        "birth_year": her.birth_date.year if her.birth_date else None,
        "memo": sight.shown_words(her.memo),
        "suspended_reason": sight.shown_words(her.suspended_reason),
        "preferred_staff": {"login": her.login, "name": her.staff_name} if her.login else None,
        "points": her.points or 0,
        "sms_senders": her.sms_senders or [],
        "night_senders": her.night_senders or [],
    }


def _kept(cards: list[Row[Any]], preferences: list[Row[Any]]) -> dict[str, Any]:
    """Her cards with what each is, and her preferences."""
    numbers = sight.cards([each.key for each in cards])
    names = ("number", *_CARD)
    return {
        "cards": numbers,
        "memberships": [
            dict(zip(names, (number, each.c0, each.c1, each.c2, each.c3, each.c4), strict=True))
            for number, each in zip(numbers, cards, strict=True)
        ],
        "preferences": sight.shown_preferences([{"kind": each.c0, "value": each.c1} for each in preferences]),
    }
