"""Sales that happened before anybody here knew of them: taken in from files, and taken back with the import.

They go the way of sales from the floor: the customer's facts move with them, what is odd about them stands in `flags`.
Two things differ. Today's price says nothing about a sale of last year, so `price_differs` is nobody's to look at; and
points were given and taken where they were sold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, insert, select

from backend.core import clock
from backend.core.bulk import insert_rows
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.customers import hold
from backend.sales.facts import refresh_purchase_facts
from backend.sales.increments import Purchase, add_purchases, kind_of
from backend.sales.known import Known, read
from backend.sales.models import Sale, SaleLine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_sale, _line = table_of(Sale), table_of(SaleLine)
_INSERT_SALE, _INSERT_LINE = insert(_sale), insert(_line)
_BUYERS = select(_sale.c.customer_id).where(one_of(_sale.c.id, "ids"), _sale.c.customer_id.is_not(None)).distinct()


class PastLine(NamedTuple):
    """A line: what was paid for all of it and what was taken off, in minor units."""

    sku: str
    quantity: int
    amount: int
    unit_price: int | None
    discount: int


@dataclass(frozen=True, slots=True)
class PastSale:
    """A sale as another system has it. `named`: it says whose it is, whether or not anybody here is known by that."""

    id: str
    source: str
    source_key: str
    store_id: str
    currency: str
    occurred_at: datetime
    customer_id: str | None
    owner_id: str | None
    named: bool
    staff_id: str | None
    lines: list[PastLine]


def add_past_sales(sales: Sequence[PastSale]) -> None:
    """Write sales that are not there, within a unit of work; `source` and `source_key` together stand only once."""
    data = [
        {
            "customer_id": sale.customer_id,
            "points_redeemed": 0,
            "coupons": [],
            "lines": [{"sku": line.sku} for line in sale.lines],
        }
        for sale in sales
    ]
    known = read([sale.id for sale in sales], data, {sale.store_id for sale in sales})
    rows = [_row(sale, known) for sale in sales]
    insert_rows(_INSERT_SALE, rows)
    insert_rows(_INSERT_LINE, [line for sale in sales for line in _lines(sale, known)])
    purchases = [
        _purchase(sale, row, known) for sale, row in zip(sales, rows, strict=True) if row["customer_id"] is not None
    ]
    if purchases:
        add_purchases(purchases)


def remove_past_sales(ids: Sequence[str]) -> None:
    """Take sales back, within a unit of work; their customers' facts are as if they had never been."""
    buyers = list(db.session.execute(_BUYERS, {"ids": list(ids)}).scalars())
    hold(buyers)
    db.session.execute(delete(_line).where(one_of(_line.c.sale_id, "ids")), {"ids": list(ids)})
    db.session.execute(delete(_sale).where(one_of(_sale.c.id, "ids")), {"ids": list(ids)})
    refresh_purchase_facts(buyers)


def _row(sale: PastSale, known: Known) -> dict[str, Any]:
    store = known.stores[sale.store_id]
    customer_id, owner_id = sale.customer_id, sale.owner_id
    if customer_id is not None and customer_id not in known.customers:
        # She was merged into somebody a moment ago.
        customer_id, owner_id = known.merged.get(customer_id), owner_id or customer_id
    day = clock.business_day(sale.occurred_at, store.time_zone)
    rate = known.rates.of(sale.currency, store.currency, day) if sale.currency != store.currency else None
    odd = {
        "unknown_customer": sale.named and customer_id is None,
        "unknown_product": any(line.sku not in known.products for line in sale.lines),
        "unknown_rate": sale.currency != store.currency and rate is None,
    }
    return {
        "id": sale.id,
        "source": sale.source,
        "source_key": sale.source_key,
        "store_id": store.id,
        "staff_id": sale.staff_id,
        "customer_id": customer_id,
        "owner_id": owner_id if customer_id is not None else None,
        "currency": sale.currency,
        "total": sum(line.amount for line in sale.lines),
        "discount": sum(line.discount for line in sale.lines),
        "rate": rate,
        "points_redeemed": 0,
        "occurred_at": sale.occurred_at,
        "received_at": clock.now(),
        "business_day": day,
        "flags": sorted(flag for flag, is_odd in odd.items() if is_odd),
    }


def _lines(sale: PastSale, known: Known) -> list[dict[str, Any]]:
    return [
        {"sale_id": sale.id, "position": position, "product_id": _product(line.sku, known)} | line._asdict()
        for position, line in enumerate(sale.lines)
    ]


def _product(sku: str, known: Known) -> str | None:
    product = known.products.get(sku)
    return product.id if product else None


def _purchase(sale: PastSale, row: dict[str, Any], known: Known) -> Purchase:
    return Purchase(
        customer_id=row["customer_id"],
        store_id=sale.store_id,
        sale_id=sale.id,
        day=row["business_day"],
        occurred_at=sale.occurred_at,
        currency=sale.currency,
        basket=[(line.sku, line.quantity, line.amount) for line in sale.lines],
        kinds=[kind_of(known.products.get(line.sku)) for line in sale.lines],
        hour=clock.local_hour(sale.occurred_at, known.stores[sale.store_id].time_zone),
        total=row["total"],
        discount=row["discount"],
    )
