"""The row of a customer as tablets hold it, read in a few statements for any number of customers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, select, union_all

from backend.core.db import table_of
from backend.core.one_of import one_of
from backend.customers.departures import departed
from backend.customers.models import (
    Card,
    Customer,
    CustomerFacts,
    CustomerPhone,
    Preference,
    StoreActivity,
    StoreDeparture,
)
from backend.customers.service import hold
from backend.organization import Store
from backend.sync import Collection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

FIELDS = (
    "id",
    "name",
    "name_latin",
    "name_han",
    "phone",
    "phones",
    "cards",
    "grade",
    "points",
    "home_store",
    "language",
    "sex",
    "nationality",
    "district",
    "memo",
    "last_purchase_on",
    "last_basket",
    "last_currency",
    "purchase_gaps",
    "cycle_days",
    "preferences",
    "sms_senders",
    "night_senders",
    "suspended",
)


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of `ids` that exist, in the order of `FIELDS`, ordered by id: four statements, each by an index.

    `phones` are her other numbers. A bank card's token is nothing to find her by at a counter, and is not in the copy.
    """
    phones: dict[str, list[str]] = defaultdict(list)
    for customer_id, phone in session.execute(
        select(CustomerPhone.customer_id, CustomerPhone.phone)
        .where(CustomerPhone.customer_id.in_(ids))
        .order_by(CustomerPhone.phone)
    ):
        phones[customer_id].append(phone)
    cards: dict[str, list[str]] = defaultdict(list)
    for customer_id, number in session.execute(
        select(Card.customer_id, Card.number)
        .where(Card.customer_id.in_(ids), Card.kind != "bank")
        .order_by(Card.number)
    ):
        cards[customer_id].append(number)
    preferences: dict[str, list[dict[str, str]]] = defaultdict(list)
    for customer_id, kind, value in session.execute(
        select(Preference.customer_id, Preference.kind, Preference.value)
        .where(Preference.customer_id.in_(ids))
        .order_by(Preference.kind, Preference.value)
    ):
        preferences[customer_id].append({"kind": kind, "value": value})
    return [
        (
            row.id,
            row.name,
            row.name_latin,
            row.name_han,
            row.phone,
            phones.get(row.id, []),
            cards.get(row.id, []),
            row.grade,
            row.points or 0,
            row.home_store,
            row.language,
            row.sex,
            row.nationality,
            row.district,
            row.memo,
            row.last_purchase_on.isoformat() if row.last_purchase_on else None,
            # What is suspended is not made use of: no rhythm, hence not due; nothing to suggest; nobody may text.
            [] if row.suspended_at else row.last_basket or [],
            row.last_currency,
            [] if row.suspended_at else row.purchase_gaps or [],
            None if row.suspended_at else _plain(row.cycle_days),
            preferences.get(row.id, []),
            [] if row.suspended_at else row.sms_senders or [],
            [] if row.suspended_at else row.night_senders or [],
            row.suspended_at is not None,
        )
        for row in session.execute(_rows(ids))
    ]


def _plain(days: float | None) -> float | int | None:
    """A whole number of days without its point."""
    return int(days) if days is not None and days == int(days) else days


def _rows(ids: Sequence[str]) -> Any:  # noqa: ANN401 - a select of many columns
    facts = CustomerFacts
    return (
        select(
            Customer.id,
            Customer.name,
            Customer.name_latin,
            Customer.name_han,
            Customer.phone,
            Customer.language,
            Customer.sex,
            Customer.nationality,
            Customer.district,
            Customer.memo,
            Customer.suspended_at,
            Store.code.label("home_store"),
            facts.grade,
            facts.points,
            facts.last_purchase_on,
            facts.last_basket,
            facts.last_currency,
            facts.purchase_gaps,
            facts.cycle_days,
            facts.sms_senders,
            facts.night_senders,
        )
        .outerjoin(facts, facts.customer_id == Customer.id)
        .outerjoin(Store, Store.id == Customer.home_store_id)
        .where(Customer.id.in_(ids))
        .order_by(Customer.id)
    )


_customer, _store, _activity, _departure = map(table_of, (Customer, Store, StoreActivity, StoreDeparture))


def _left(customer_id: ColumnElement[str]) -> ColumnElement[bool]:
    """She left the store that the statement is about: a look-up by primary key."""
    return and_(_departure.c.customer_id == customer_id, _departure.c.store_id == _store.c.id)


_HOME = (
    select(_customer.c.id, _store.c.id, _store.c.business_unit_id)
    .join(_store, _store.c.id == _customer.c.home_store_id)
    .where(one_of(_customer.c.id, "ids"), ~exists().where(_left(_customer.c.id)))
)
_ACTIVE = (
    select(_activity.c.customer_id, _store.c.id, _store.c.business_unit_id)
    .join(_store, _store.c.id == _activity.c.store_id)
    .where(one_of(_activity.c.customer_id, "ids"))
    .where(~exists().where(_left(_activity.c.customer_id), _departure.c.last_on >= _activity.c.last_on))
)
# Asked behind the clock's lock, hence in one statement.
_PLACES = union_all(_HOME, _ACTIVE)


def scopes(session: Session, ids: Sequence[str]) -> dict[str, set[str]]:
    """For each customer the stores whose tablets hold her, and their units.

    Her home store and where she bought, but for those she left (`departures`) and did not buy at since.
    """
    found: dict[str, set[str]] = {row_id: set() for row_id in ids}
    for customer_id, store_id, unit_id in session.execute(_PLACES, {"ids": ids}).all():
        found[customer_id].update((f"store:{store_id}", f"business_unit:{unit_id}"))
    return found


COLLECTION = Collection(
    name="customers", fields=FIELDS, load=load, personal=True, scopes=scopes, departed=departed, hold=hold
)
