"""Purchases in SQL: which count, what of them came back, and what they add up to for each member.

A sale of which everything came back is no purchase. What came back of a line is taken off it, as `sales.rules.refund`
has it: rounded down, and nothing of a line that sold no article. By ix_sale_customer where a sample is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Select, and_, case, cast, distinct, func, select

from backend.catalog import Product
from backend.core.db import db, table_of
from backend.organization import Store
from backend.sales import STILL_SOLD, Sale, SaleLine, SaleReturn, SaleReturnLine

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, SQLColumnExpression, Subquery

    from backend.segments.language.registry import Asking, Given

_OF_GOODS = ("product", "brand", "category")
_store = table_of(Store).c


def names_goods(given: Given) -> bool:
    """Whether only some goods are meant."""
    return any(given.get(name) for name in _OF_GOODS)


def names_anything(given: Given) -> bool:
    """Whether only some purchases are meant."""
    return bool(given.parameters.keys() - {"currency"})


def _sales(given: Given, asking: Asking) -> list[ColumnElement[bool]]:
    """Which sales are meant; `until` itself is not in it."""
    asked, found = asking.asked, [Sale.customer_id.is_not(None), STILL_SOLD, *asking.only(Sale.customer_id)]
    if asking.hidden_stores:
        found.append(Sale.store_id.not_in(asking.hidden_stores))
    if given.get("store"):
        found.append(Sale.store_id.in_(given.get("store")))
    if given.get("unit"):
        found.append(Sale.store_id.in_(select(_store.id).where(_store.business_unit_id.in_(given.get("unit")))))
    if given.get("within_days") is not None:
        found.append(Sale.business_day >= asked.before(given.get("within_days")))
    if given.get("from"):
        found.append(Sale.business_day >= given.get("from"))
    if given.get("until"):
        found.append(Sale.business_day < given.get("until"))
    if given.get("currency"):
        found.append(Sale.currency == given.get("currency"))
    return found


def _goods(given: Given) -> list[ColumnElement[bool]]:
    """Which lines are meant."""
    found: list[ColumnElement[bool]] = []
    if given.get("product"):
        found.append(SaleLine.product_id.in_(given.get("product")))
    kinds = [
        column.in_(given.get(name))
        for name, column in (("brand", Product.brand), ("category", Product.category))
        if given.get(name)
    ]
    if kinds:
        found.append(SaleLine.product_id.in_(select(Product.id).where(*kinds)))
    return found


def _came_back(asking: Asking) -> Subquery:
    """How many pieces of each line came back (sale_id, line, pieces)."""
    pieces = cast(func.sum(SaleReturnLine.quantity), BigInteger).label("pieces")
    found = (
        select(SaleReturn.sale_id, SaleReturnLine.line, pieces)
        .join(SaleReturnLine, SaleReturnLine.return_id == SaleReturn.id)
        .where(SaleReturn.sale_id.is_not(None), SaleReturnLine.quantity > 0)
    )
    if not _looks_up() and (hers := asking.only(Sale.customer_id)):
        found = found.join(Sale, Sale.id == SaleReturn.sale_id).where(*hers)
    return found.group_by(SaleReturn.sale_id, SaleReturnLine.line).subquery("back")


def _looks_up() -> bool:
    """SQLite looks up what came back of a line (ix_sale_return_sale); PostgreSQL joins it to all of them at once."""
    return db.engine.dialect.name == "sqlite"


def _looked_up() -> ColumnElement[int]:
    """How many pieces of the line at hand came back."""
    found = (
        select(func.sum(SaleReturnLine.quantity))
        .join(SaleReturn, SaleReturn.id == SaleReturnLine.return_id)
        .where(
            SaleReturn.sale_id == SaleLine.sale_id,
            SaleReturnLine.line == SaleLine.position,
            SaleReturnLine.quantity > 0,
        )
    )
    return func.coalesce(found.correlate(SaleLine).scalar_subquery(), 0)


def _pieces_back(pieces: ColumnElement[int]) -> ColumnElement[int]:
    """What of a line came back, never more than was sold."""
    return case((SaleLine.quantity < 1, 0), (pieces < SaleLine.quantity, pieces), else_=SaleLine.quantity)


def _refund(pieces: ColumnElement[int]) -> ColumnElement[int]:
    return case(
        (SaleLine.quantity < 1, 0),
        (SaleLine.amount < 0, 0),
        (pieces == 0, 0),
        (pieces < SaleLine.quantity, SaleLine.amount * pieces // SaleLine.quantity),
        else_=SaleLine.amount,
    )


def _lines(given: Given, asking: Asking, *columns: SQLColumnExpression[Any]) -> tuple[Select[Any], ColumnElement[int]]:
    """Select from the lines that are meant, of the sales that are; and how many pieces of a line came back."""
    found = select(*columns).select_from(Sale).join(SaleLine, SaleLine.sale_id == Sale.id)
    found = found.where(*_sales(given, asking), *_goods(given))
    if _looks_up():
        return found, _looked_up()
    back = _came_back(asking)
    hers = and_(back.c.sale_id == SaleLine.sale_id, back.c.line == SaleLine.position)
    return found.outerjoin(back, hers), func.coalesce(back.c.pieces, 0)


def bought(given: Given, asking: Asking, *columns: SQLColumnExpression[Any]) -> Select[Any]:
    """Select `columns` of the sales that are meant; of some goods, where something of them is left."""
    if not names_goods(given):
        return select(*columns).where(*_sales(given, asking))
    found, back = _lines(given, asking, *columns)
    return found.where(SaleLine.quantity > _pieces_back(back))


def buyers(given: Given, asking: Asking) -> Select[Any]:
    """The members who bought, as often as they did."""
    return bought(given, asking, Sale.customer_id)


def purchases(given: Given, asking: Asking) -> tuple[Select[Any], ColumnElement[int]]:
    """A select of members that waits for its HAVING, and how many purchases each has."""
    if not names_goods(given):
        return bought(given, asking, Sale.customer_id).group_by(Sale.customer_id), func.count()
    return bought(given, asking, Sale.customer_id).group_by(Sale.customer_id), func.count(distinct(Sale.id))


def purchase_days(given: Given, asking: Asking) -> tuple[Select[Any], ColumnElement[int]]:
    """The same with how many days somebody bought on."""
    days = bought(given, asking, Sale.customer_id, Sale.business_day).distinct().subquery("days")
    return select(days.c.customer_id).group_by(days.c.customer_id), func.count()


def pieces(given: Given, asking: Asking) -> tuple[Select[Any], ColumnElement[int]]:
    """The same with how many articles are left."""
    found, back = _lines(given, asking, Sale.customer_id)
    return found.group_by(Sale.customer_id), func.sum(SaleLine.quantity - _pieces_back(back))


def spend(given: Given, asking: Asking) -> tuple[Select[Any], ColumnElement[int]]:
    """The same with what was paid and not paid back, in minor units of the currency named."""
    if names_goods(given):
        found, pieces_back = _lines(given, asking, Sale.customer_id)
        return found.group_by(Sale.customer_id), func.sum(SaleLine.amount - _refund(pieces_back))
    back = _came_back(asking)
    refunds = (
        select(back.c.sale_id, cast(func.sum(_refund(back.c.pieces)), BigInteger).label("amount"))
        .join(SaleLine, and_(SaleLine.sale_id == back.c.sale_id, SaleLine.position == back.c.line))
        .group_by(back.c.sale_id)
        .subquery("refunds")
    )
    found = select(Sale.customer_id).outerjoin(refunds, refunds.c.sale_id == Sale.id)
    found = found.where(*_sales(given, asking)).group_by(Sale.customer_id)
    return found, func.sum(Sale.total - func.coalesce(refunds.c.amount, 0))


def last_day(given: Given, asking: Asking) -> tuple[Select[Any], SQLColumnExpression[Any]]:
    """The same with the last day on which somebody bought."""
    return bought(given, asking, Sale.customer_id).group_by(Sale.customer_id), func.max(Sale.business_day)


def first_day(given: Given, asking: Asking) -> tuple[Select[Any], SQLColumnExpression[Any]]:
    """The same with the first one."""
    return bought(given, asking, Sale.customer_id).group_by(Sale.customer_id), func.min(Sale.business_day)
