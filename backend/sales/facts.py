"""What the tablet's card says of a customer's purchases, derived from her sales.

Facts that do not age: the last purchase day and its basket, the last gaps between purchase days, and where she buys.
All of it is worked out again from the sales, so doing it twice, or after a correction, comes to the same. A customer
has one row for every tablet that holds her: purchases at units that keep their own are no part of it, on their own
tablets too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, text, true

from backend.core import clock, events
from backend.core.bulk import delete_rows, insert_rows, update_rows
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.customers import Customer, CustomerFacts, StoreActivity
from backend.organization import unshared_stores
from backend.sales import rules
from backend.sales.models import Sale, SaleLine, SaleReturn, SaleReturnLine
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import InstrumentedAttribute

    Condition = Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]

_FACTS = table_of(CustomerFacts)
_ACTIVITY = table_of(StoreActivity)
_ACTIVE_YEARS = 2
GAPS = 7
"""How many gaps between purchase days are kept."""
BASKET_LINES = 5
"""How many lines of the last basket are kept."""
_AT_ONCE = 500
_RANGE = 5_000
# Written once: SQLAlchemy then knows them again without looking through them.
_STORED_COLUMNS = (
    _FACTS.c.customer_id,
    _FACTS.c.last_purchase_on,
    _FACTS.c.last_basket,
    _FACTS.c.last_currency,
    _FACTS.c.purchase_gaps,
)
_STORED = select(*_STORED_COLUMNS).where(one_of(_FACTS.c.customer_id, "ids"))
_INSERT_FACTS = insert(_FACTS)
_INSERT_ACTIVITY = insert(_ACTIVITY)


# Reads ix_sale_return_whole, which says it in the same words.
STILL_SOLD = ~exists().where(SaleReturn.sale_id == Sale.id, text("sale_return.whole"))
"""Of sales of which nothing is left, no purchase is left either."""


@dataclass(frozen=True, slots=True)
class PurchaseFacts:
    """The facts of one customer; amounts in minor units of `last_currency`, gaps in days."""

    last_purchase_on: date | None = None
    last_basket: list[tuple[str, int, int]] = field(default_factory=list)
    last_currency: str | None = None
    purchase_gaps: list[int] = field(default_factory=list)


def purchase_gaps(days: Sequence[date]) -> list[int]:
    """The last seven gaps in days between purchase days (distinct, ascending), oldest first."""
    return [(later - earlier).days for earlier, later in pairwise(days)][-GAPS:]


@dataclass(frozen=True, slots=True)
class PurchasesChanged:
    """What these customers (None: all) bought is not what it was: something came back, or is now another one's."""

    customer_ids: Sequence[str] | None


def refresh_purchase_facts(customer_ids: Collection[str] | None) -> None:
    """Work out the purchase facts and store activity of these customers (None: of all) and store what changed.

    Belongs into a unit of work. For one customer it is a handful of look-ups in `ix_sale_customer` and primary keys.
    """
    db.session.flush()
    unshared = unshared_stores()
    for condition, ids in _selections(customer_ids):
        _refresh_facts(_Asked(condition, unshared), ids)
        _refresh_activity(condition)
    events.publish(PurchasesChanged(None if customer_ids is None else sorted(set(customer_ids))))


def _selections(customer_ids: Collection[str] | None) -> Iterator[tuple[Condition, list[str]]]:
    """Cut the work into parts: by lists of ids, or for all customers by ranges of ids."""
    if customer_ids is not None:
        wanted = sorted(set(customer_ids))
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            yield (lambda column, part=part: column.in_(part)), part  # type: ignore[misc]
        return
    after: str | None = None
    while True:
        query = select(Customer.id).order_by(Customer.id).limit(_RANGE)
        ids = list(db.session.scalars(query if after is None else query.where(Customer.id > after)))
        if not ids:
            return
        after = ids[-1]
        yield (lambda column, low=ids[0], high=ids[-1]: column.between(low, high)), ids  # type: ignore[misc]


def stored_facts(customer_ids: Sequence[str]) -> dict[str, PurchaseFacts]:
    """The facts as they are stored, of those customers who have any."""
    return {row[0]: _stored(row) for row in db.session.execute(_STORED, {"ids": customer_ids}).all()}


def store_facts(there: Mapping[str, PurchaseFacts], wanted: Mapping[str, PurchaseFacts]) -> None:
    """Store the facts that differ from those that are there."""
    new = [_values(id_, facts) for id_, facts in wanted.items() if id_ not in there]
    other = [_values(id_, facts) for id_, facts in wanted.items() if id_ in there and facts != there[id_]]
    _announce([values["customer_id"] for values in (*new, *other)])
    blank: dict[str, Any] = {"grade": None, "points": 0, "sms_senders": [], "night_senders": []}
    insert_rows(_INSERT_FACTS, [blank | values for values in new])
    update_rows(_FACTS, other, by=("customer_id",))
    _forget(wanted)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose facts are worked out, and the stores whose purchases stay with their business unit."""

    whose: Condition
    unshared: frozenset[str]

    @property
    def purchases(self) -> ColumnElement[bool]:
        """Their purchases that every tablet which holds them may be told."""
        told = Sale.store_id.not_in(self.unshared) if self.unshared else true()
        return and_(self.whose(Sale.customer_id), STILL_SOLD, told)


def _refresh_facts(asked: _Asked, ids: list[str]) -> None:
    """Store the facts that differ."""
    wanted, condition = _purchase_facts(asked), asked.whose
    rows = db.session.execute(select(*_STORED_COLUMNS).where(condition(CustomerFacts.customer_id)))
    there = {row[0]: _stored(row) for row in rows}
    if len(there) < len(ids):
        ids = list(db.session.scalars(select(Customer.id).where(condition(Customer.id))))
    store_facts(there, {id_: wanted.get(id_, PurchaseFacts()) for id_ in dict.fromkeys([*ids, *there])})


def _purchase_facts(asked: _Asked) -> dict[str, PurchaseFacts]:
    """The facts as the sales tell them, for the customers who bought anything."""
    days: dict[str, list[date]] = defaultdict(list)
    for customer_id, day in _purchase_days(asked):
        days[customer_id].append(day)
    baskets: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    currencies: dict[str, str] = {}
    for customer_id, currency, sku, quantity, amount, back in _last_lines(asked):
        currencies[customer_id] = currency
        if sku is None or len(baskets[customer_id]) == BASKET_LINES:
            continue
        if back is None:
            baskets[customer_id].append((sku, quantity, amount))
        elif back < quantity:
            left = amount - rules.refund(amount, quantity, int(back))
            baskets[customer_id].append((sku, quantity - int(back), left))
    return {
        customer_id: PurchaseFacts(
            own_days[-1], baskets[customer_id], currencies.get(customer_id), purchase_gaps(own_days)
        )
        for customer_id, own_days in days.items()
    }


def _purchase_days(asked: _Asked) -> Iterator[tuple[str, date]]:
    """(customer, day) of the last eight distinct purchase days each, ascending. Reads `ix_sale_customer` only."""
    distinct = (
        select(Sale.customer_id, Sale.business_day)
        .where(asked.purchases)
        .group_by(Sale.customer_id, Sale.business_day)
        .subquery()
    )
    newest_first = func.row_number().over(partition_by=distinct.c.customer_id, order_by=distinct.c.business_day.desc())
    ranked = select(distinct.c.customer_id, distinct.c.business_day, newest_first.label("rank")).subquery()
    query = (
        select(ranked.c.customer_id, ranked.c.business_day)
        .where(ranked.c.rank <= GAPS + 1)
        .order_by(ranked.c.customer_id, ranked.c.business_day)
    )
    yield from db.session.execute(query)


def _last_lines(asked: _Asked) -> Iterator[tuple[str, str, str | None, int, int, int | None]]:
    """(customer, currency, sku, quantity, amount, returned) of each customer's latest sale, in the order of its lines.

    The newest day per customer comes from `ix_sale_customer`; only that day's sales are read.
    """
    newest = (
        select(Sale.customer_id, func.max(Sale.business_day).label("day"))
        .where(asked.purchases)
        .group_by(Sale.customer_id)
        .subquery()
    )
    latest_first = func.row_number().over(
        partition_by=Sale.customer_id, order_by=(Sale.occurred_at.desc(), Sale.id.desc())
    )
    ranked = (
        select(Sale.id, Sale.customer_id, Sale.currency, latest_first.label("rank"))
        .join(newest, (newest.c.customer_id == Sale.customer_id) & (newest.c.day == Sale.business_day))
        .where(asked.purchases)
        .subquery()
    )
    back = (
        select(func.sum(SaleReturnLine.quantity))
        .join(SaleReturn, SaleReturn.id == SaleReturnLine.return_id)
        .where(SaleReturn.sale_id == ranked.c.id, SaleReturnLine.line == SaleLine.position, SaleReturnLine.quantity > 0)
        .scalar_subquery()
    )
    query = (
        select(ranked.c.customer_id, ranked.c.currency, SaleLine.sku, SaleLine.quantity, SaleLine.amount, back)
        .select_from(ranked)
        .join(SaleLine, SaleLine.sale_id == ranked.c.id, isouter=True)
        .where(ranked.c.rank == 1)
        .order_by(ranked.c.customer_id, SaleLine.position)
    )
    yield from db.session.execute(query)


def _refresh_activity(condition: Condition) -> None:
    """Store on which day each customer last bought at each store, where that differs."""
    query = (
        select(Sale.customer_id, Sale.store_id, func.max(Sale.business_day))
        .where(condition(Sale.customer_id))
        .group_by(Sale.customer_id, Sale.store_id)
        .having(func.max(Sale.business_day) >= active_since())
    )
    wanted = {(str(customer_id), store_id): day for customer_id, store_id, day in db.session.execute(query)}
    stored = select(StoreActivity.customer_id, StoreActivity.store_id, StoreActivity.last_on)
    rows = db.session.execute(stored.where(condition(StoreActivity.customer_id)))
    there = {(customer_id, store_id): day for customer_id, store_id, day in rows}
    gone = there.keys() - wanted.keys()
    _announce({customer_id for customer_id, _ in gone})
    keys = [{"customer_id": customer_id, "store_id": store_id} for customer_id, store_id in sorted(gone)]
    delete_rows(_ACTIVITY, keys)
    store_activity({key: day for key, day in wanted.items() if there.get(key) != day}, known=there.keys())


def store_activity(days: Mapping[tuple[str, str], date], *, known: Collection[tuple[str, str]]) -> None:
    """Store on which day (customer, store) last met; those that are `known` have a row already."""
    _announce({customer_id for customer_id, _ in days})
    rows = [
        {"customer_id": customer_id, "store_id": store_id, "last_on": day}
        for (customer_id, store_id), day in sorted(days.items())
    ]
    insert_rows(_INSERT_ACTIVITY, [row for row in rows if (row["customer_id"], row["store_id"]) not in known])
    there = [row for row in rows if (row["customer_id"], row["store_id"]) in known]
    update_rows(_ACTIVITY, there, by=("customer_id", "store_id"))


def active_since() -> date:
    """From which day on a purchase keeps a customer on a store's tablets, as `forget_old_activity` has it."""
    today = clock.now().date()
    return today.replace(year=today.year - _ACTIVE_YEARS, day=min(today.day, 28))


def _announce(customer_ids: Collection[str]) -> None:
    if customer_ids:
        mark_changed("customers", customer_ids)


def _stored(row: Sequence[Any]) -> PurchaseFacts:
    _, on, basket, currency, gaps = row
    return PurchaseFacts(on, [(sku, quantity, amount) for sku, quantity, amount in basket], currency, gaps)


def _values(customer_id: str, facts: PurchaseFacts) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "last_purchase_on": facts.last_purchase_on,
        "last_basket": [list(line) for line in facts.last_basket],
        "last_currency": facts.last_currency,
        "purchase_gaps": facts.purchase_gaps,
    }


def _forget(customer_ids: Collection[str]) -> None:
    """Have the session read these facts again: they were changed behind its back."""
    for held in list(db.session.identity_map.values()):
        if isinstance(held, CustomerFacts) and held.customer_id in customer_ids:
            db.session.expire(held)
