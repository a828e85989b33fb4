"""Moving a customer's purchase facts on by sales that just arrived, without reading her history.

The facts hold enough of it: the last purchase day and the gaps before it are her last eight purchase days. The outcome
is that of `facts.refresh_purchase_facts`, which works everything out again; the tests compare the two.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, select

from backend.core import events
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.customers import StoreActivity
from backend.organization import unshared_stores
from backend.sales import facts as derived
from backend.sales.facts import PurchaseFacts, purchase_gaps
from backend.sales.models import Sale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Row

_activity, _sale = table_of(StoreActivity).c, table_of(Sale).c
_ACTIVITY = select(_activity.customer_id, _activity.store_id, _activity.last_on).where(
    one_of(_activity.customer_id, "ids")
)
# Seeks in ix_sale_customer.
_SALES_ON = select(_sale.customer_id, _sale.business_day, _sale.occurred_at, _sale.id, _sale.store_id).where(
    one_of(_sale.customer_id, "ids"),
    one_of(_sale.business_day, "days"),
    _sale.occurred_at >= bindparam("since"),
    derived.STILL_SOLD,
)


_NOTHING = PurchaseFacts()


class Purchase(NamedTuple):
    """A known customer's sale; `basket` holds (sku, quantity, amount in minor units) in the order of the lines.

    `kinds` tells what each line is of, (category, brand), None of what no product is known; `hour` is the store's.
    """

    customer_id: str
    store_id: str
    sale_id: str
    day: date
    occurred_at: datetime
    currency: str
    basket: list[tuple[str, int, int]]
    kinds: list[tuple[str, str] | None]
    hour: int
    total: int
    discount: int

    @property
    def order(self) -> tuple[datetime, str]:
        """What makes a sale of a day later than another."""
        return self.occurred_at, self.sale_id


@dataclass(frozen=True, slots=True)
class SalesTaken:
    """Sales of known customers were just written, and the facts of `backend.sales` hold them."""

    purchases: Sequence[Purchase]
    unshared: frozenset[str]
    """Stores whose purchases stay with their business unit."""


def kind_of(product: Row[Any] | None) -> tuple[str, str] | None:
    """Category and brand, empty where it has none; None of what no product is known."""
    return None if product is None else (product.category or "", product.brand or "")


def add_purchases(purchases: Sequence[Purchase]) -> None:
    """Store what `purchases`, just written, change in the facts and in the store activity of their customers."""
    unshared = unshared_stores()
    _move_facts(_by_customer(each for each in purchases if each.store_id not in unshared), unshared)
    _move_activity(_by_customer(purchases))
    events.publish(SalesTaken(purchases, unshared))


def _by_customer(purchases: Iterable[Purchase]) -> dict[str, list[Purchase]]:
    found: dict[str, list[Purchase]] = defaultdict(list)
    for purchase in purchases:
        found[purchase.customer_id].append(purchase)
    return found


def _move_facts(purchases: dict[str, list[Purchase]], unshared: frozenset[str]) -> None:
    if not purchases:
        return
    stored = derived.stored_facts(list(purchases))
    latest = _latest(stored, purchases, unshared)
    wanted = {
        customer_id: _moved(stored.get(customer_id, _NOTHING), bought, latest.get(customer_id))
        for customer_id, bought in purchases.items()
    }
    derived.store_facts(stored, wanted)


def _moved(facts: PurchaseFacts, bought: list[Purchase], latest: tuple[datetime, str] | None) -> PurchaseFacts:
    """`facts` with further purchases; `latest` is the last sale of the day where that is her last one already."""
    days = _days(facts, {purchase.day for purchase in bought})
    newest = _newest(bought)
    basket, currency = facts.last_basket, facts.last_currency
    if newest.day == days[-1] and newest.order == (latest or newest.order):
        basket, currency = newest.basket[: derived.BASKET_LINES], newest.currency
    return PurchaseFacts(days[-1], basket, currency, purchase_gaps(days[-derived.GAPS - 1 :]))


def _latest(
    stored: dict[str, PurchaseFacts], purchases: dict[str, list[Purchase]], unshared: frozenset[str]
) -> dict[str, tuple[datetime, str]]:
    """The latest sale's place in its day, for customers who bought again on the last day that their facts know."""
    again = {
        customer_id: newest
        for customer_id, facts in stored.items()
        if facts.last_purchase_on == (newest := _newest(purchases[customer_id])).day
    }
    if not again:
        return {}
    # What was sold before all of these is later than none of them.
    since = min(newest.occurred_at for newest in again.values())
    days = list({newest.day for newest in again.values()})
    latest: dict[str, tuple[datetime, str]] = {}
    for customer_id, day, *order in db.session.execute(_SALES_ON, {"ids": list(again), "days": days, "since": since}):
        if day == again[customer_id].day and order[2] not in unshared:
            place = (order[0], order[1])
            latest[customer_id] = max(latest.get(customer_id, place), place)
    return latest


def _newest(bought: list[Purchase]) -> Purchase:
    return max(bought, key=lambda each: (each.day, *each.order))


def _days(facts: PurchaseFacts, new: set[date]) -> list[date]:
    """Her last purchase days, ascending. A new one before the eight that the facts know changes nothing."""
    days = [] if facts.last_purchase_on is None else [facts.last_purchase_on]
    for gap in reversed(facts.purchase_gaps):
        days.append(days[-1] - timedelta(days=gap))
    days.reverse()
    complete = len(facts.purchase_gaps) < derived.GAPS
    for day in sorted(new):
        at = bisect_left(days, day)
        if (at or complete) and (at == len(days) or days[at] != day):
            days.insert(at, day)
    return days


def _move_activity(purchases: dict[str, list[Purchase]]) -> None:
    since = derived.active_since()
    wanted: dict[tuple[str, str], date] = {}
    for customer_id, bought in purchases.items():
        for purchase in bought:
            key = (customer_id, purchase.store_id)
            if purchase.day >= since:
                wanted[key] = max(wanted.get(key, purchase.day), purchase.day)
    rows = db.session.execute(_ACTIVITY, {"ids": list(purchases)}).all()
    there = {(customer_id, store_id): last_on for customer_id, store_id, last_on in rows}
    later: dict[tuple[str, str], Any] = {
        key: day for key, day in wanted.items() if key not in there or there[key] < day
    }
    derived.store_activity(later, known=there.keys())
