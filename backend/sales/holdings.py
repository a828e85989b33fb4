"""What this feature holds about a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import db, table_of
from backend.customers import Held, Subject, of_table
from backend.sales.models import Sale, SaleCoupon, SaleLine, SaleReturn, SaleReturnLine

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_SALES, _LINES, _COUPONS, _BACK = map(table_of, (Sale, SaleLine, SaleCoupon, SaleReturnLine))


def _sales(subject: Subject) -> list[dict[str, Any]]:
    """Her sales with their articles and coupons."""
    query = select(_SALES).where(_hers(subject)).order_by(_SALES.c.occurred_at, _SALES.c.id)
    found = {row["id"]: dict(row) | {"lines": [], "coupons": []} for row in db.session.execute(query).mappings()}
    ids = select(_SALES.c.id).where(_hers(subject))
    lines = select(_LINES).where(_LINES.c.sale_id.in_(ids)).order_by(_LINES.c.sale_id, _LINES.c.position)
    for line in db.session.execute(lines).mappings():
        found[line["sale_id"]]["lines"].append(dict(line))
    for coupon in db.session.execute(select(_COUPONS).where(_COUPONS.c.sale_id.in_(ids))).mappings():
        found[coupon["sale_id"]]["coupons"].append(coupon["code"])
    return list(found.values())


def _hers(subject: Subject) -> ColumnElement[bool]:
    return _SALES.c.customer_id.in_(subject.ids) | _SALES.c.claimed_customer_id.in_(subject.ids)


def _came_back(subject: Subject) -> ColumnElement[bool]:
    return SaleReturn.sale_id.in_(select(_SALES.c.id).where(_hers(subject)))


SECTIONS = (
    Held(
        "sale",
        ("구매", "Purchases"),
        (Sale.__tablename__, SaleLine.__tablename__, SaleCoupon.__tablename__),
        _sales,
        {
            "occurred_at": ("때", "When"),
            "store_id": ("매장", "Store"),
            "total": ("금액", "Amount"),
            "currency": ("통화", "Currency"),
            "points_redeemed": ("쓴 포인트", "Points used"),
            "flight": ("항공편", "Flight"),
            "note": ("메모", "Note"),
            "lines": ("상품", "Articles"),
        },
    ),
    of_table(
        SaleReturn,
        ("반품", "Returns"),
        hers=_came_back,
        shown={"occurred_at": ("때", "When"), "store_id": ("매장", "Store"), "reason": ("사유", "Reason")},
        more=(SaleReturnLine.__tablename__,),
    ),
)
