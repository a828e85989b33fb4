"""What was sold with a coupon, for those who made it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from backend.core.db import db, parts
from backend.loyalty import coupons
from backend.organization import BusinessUnit, Store
from backend.sales import rules
from backend.sales.models import Sale, SaleLine, SaleReturn, SaleReturnLine


def sales_with(coupon_id: str) -> list[coupons.UnitSales]:
    """By business unit and currency: sales with a valid use of the coupon; found by ix_coupon_use_coupon."""
    earlier = aliased(Sale)
    # Along ix_sale_customer; of several at once the first one by id is the first.
    bought = exists().where(
        earlier.customer_id == Sale.customer_id,
        earlier.business_day <= Sale.business_day,
        (earlier.occurred_at < Sale.occurred_at) | ((earlier.occurred_at == Sale.occurred_at) & (earlier.id < Sale.id)),
    )
    uses = (
        select(coupons.CouponUse.sale_id, func.sum(coupons.CouponUse.worth).label("worth"))
        .where(coupons.CouponUse.coupon_id == coupon_id, coupons.CouponUse.state == "counted")
        .group_by(coupons.CouponUse.sale_id)
        .subquery()
    )
    query = (
        select(BusinessUnit.code, Sale.currency, Sale.id, Sale.total, uses.c.worth, Sale.customer_id, bought)
        .join(uses, uses.c.sale_id == Sale.id)
        .join(Store, Store.id == Sale.store_id)
        .join(BusinessUnit, BusinessUnit.id == Store.business_unit_id)
    )
    found = db.session.execute(query).all()
    refunds = _refunds([row.id for row in found])
    groups: dict[tuple[str, str], list[tuple[int, int, int, int]]] = defaultdict(list)
    for unit, currency, sale_id, total, worth, customer_id, returning in found:
        known = customer_id is not None
        values = (total - refunds.get(sale_id, 0), int(worth), int(known and not returning), int(known and returning))
        groups[unit, currency].append(values)
    return [
        coupons.UnitSales(*key, len(rows), *map(sum, zip(*rows, strict=True))) for key, rows in sorted(groups.items())
    ]


def _refunds(sale_ids: list[str]) -> dict[str, int]:
    """{sale: what came back of it is worth}, of those of which something did."""
    found: dict[str, int] = {}
    for some in parts(sale_ids):
        back: dict[str, list[tuple[int, int]]] = defaultdict(list)
        query = select(SaleReturn.sale_id, SaleReturnLine.line, SaleReturnLine.quantity).join(
            SaleReturnLine, SaleReturnLine.return_id == SaleReturn.id
        )
        for sale_id, line, quantity in db.session.execute(query.where(SaleReturn.sale_id.in_(some))):
            back[sale_id or ""].append((line, quantity))
        found |= _worth(back)
    return found


def _worth(back: dict[str, list[tuple[int, int]]]) -> dict[str, int]:
    counted = {sale_id: rules.came_back(lines) for sale_id, lines in back.items()}
    found: dict[str, int] = defaultdict(int)
    lines: Any = select(SaleLine.sale_id, SaleLine.position, SaleLine.amount, SaleLine.quantity)
    for sale_id, position, amount, quantity in db.session.execute(lines.where(SaleLine.sale_id.in_(counted))):
        found[sale_id] += rules.refund(amount, quantity, counted[sale_id].get(position, 0))
    return found
