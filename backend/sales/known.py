"""What the database knows of what sales name, read for a whole batch at once: stores, customers, articles, rates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from backend.catalog import Product, Rates
from backend.core.db import db, table_of
from backend.core.ids import is_id
from backend.core.one_of import one_of
from backend.customers import Customer, survivors
from backend.loyalty import balances, coupons
from backend.organization import Store
from backend.sales.models import SaleReturn, SaleReturnLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Row, Select


# Written once: SQLAlchemy then knows them again without looking through them.
_store, _product, _customer, _return, _back = (
    table_of(model).c for model in (Store, Product, Customer, SaleReturn, SaleReturnLine)
)
_STORES = select(_store.id, _store.code, _store.currency, _store.time_zone, _store.business_unit_id).where(
    or_(one_of(_store.id, "ids"), one_of(_store.code, "codes"))
)
_PRODUCTS = select(
    _product.sku, _product.id, _product.price, _product.currency, _product.category, _product.brand
).where(one_of(_product.sku, "values"))
# Locked in one order until the commit, on a database that has several writers at a time: what is worked out from a
# customer's purchases and points so far must not be worked out by somebody else meanwhile.
_CUSTOMERS = (
    select(_customer.id).where(one_of(_customer.id, "values")).order_by(_customer.id).with_for_update(key_share=True)
)
_CAME_BACK = (
    select(_return.sale_id, _back.line, _back.quantity)
    .join(table_of(SaleReturnLine), _back.return_id == _return.id)
    .where(one_of(_return.sale_id, "values"))
)


@dataclass(frozen=True, slots=True)
class At:
    """A store as far as a sale needs it."""

    id: str
    code: str
    currency: str
    time_zone: str
    business_unit_id: str


@dataclass(frozen=True)
class Known:
    """What was known before the batch. `coupons` and `balances` move on while its sales are taken in order.

    `merged`: who somebody is now who was merged into somebody else. `came_back`: (line, quantity) of what came back of
    sales with coupons before they arrived.
    """

    stores: dict[str, At]
    customers: set[str]
    merged: dict[str, str]
    products: dict[str, Row[Any]]
    coupons: coupons.Redeeming
    came_back: dict[str, list[tuple[int, int]]]
    balances: dict[str, int]
    rates: Rates = field(default_factory=Rates)


def read(sale_ids: Sequence[str], sales: Sequence[Mapping[str, Any]], store_ids: Iterable[str]) -> Known:
    """Read what `sales` (as `SaleData` read them) from tablets of these stores name. Belongs into a unit of work."""
    named = {sale["customer_id"] for sale in sales if is_id(sale["customer_id"])}
    customers = set(_values(_CUSTOMERS, named))
    merged = survivors(named - customers)
    customers |= set(_values(_CUSTOMERS, set(merged.values()) - customers))
    paying = {merged.get(sale["customer_id"], sale["customer_id"]) for sale in sales if sale["points_redeemed"]}
    with_codes = {sale_id: sale for sale_id, sale in zip(sale_ids, sales, strict=True) if sale["coupons"]}
    bringing = {merged.get(sale["customer_id"], sale["customer_id"]) for sale in with_codes.values()}
    return Known(
        stores=_stores(store_ids, {sale["store"] for sale in sales if sale.get("store")}),
        customers=customers,
        merged=merged,
        products={row.sku: row for row in _rows(_PRODUCTS, {line["sku"] for sale in sales for line in sale["lines"]})},
        coupons=coupons.read({code for sale in with_codes.values() for code in sale["coupons"]}, bringing & customers),
        came_back=_came_back(set(with_codes)),
        balances=balances(paying & customers),
    )


def _came_back(sale_ids: set[str]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for row in _rows(_CAME_BACK, sale_ids):
        found.setdefault(row.sale_id, []).append((row.line, row.quantity))
    return found


def _stores(ids: Iterable[str], codes: set[str]) -> dict[str, At]:
    """By id and by code."""
    found = [At(*row) for row in db.session.execute(_STORES, {"ids": sorted(set(ids)), "codes": sorted(codes)})]
    return {store.code: store for store in found} | {store.id: store for store in found}


def _values(query: Select[str], names: set[str]) -> list[Any]:
    return [row[0] for row in _rows(query, names)]


def _rows(query: Select[*tuple[Any, ...]], names: set[str]) -> list[Row[Any]]:
    """The rows of `query` for these `values`; nothing is asked for none."""
    return list(db.session.execute(query, {"values": sorted(names)}).all()) if names else []
