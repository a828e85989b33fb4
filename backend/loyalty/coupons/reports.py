"""What a coupon came to: codes issued and used, what it took off, and the sales that it was used with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import case, func, or_, select

from backend.core.db import db
from backend.loyalty.coupons.models import Coupon, CouponCode, CouponUse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from flask import Flask

_KEY = "dangol.coupon_sales"


@dataclass(frozen=True, slots=True)
class UnitSales:
    """Sales of a business unit in a currency that a coupon was used with: what was sold less what came back.

    `new` of them were a member's first, `returning` those of members who had bought before; the rest were nobody's.
    """

    business_unit: str
    currency: str
    sales: int
    net: int
    discount: int
    new: int
    returning: int


def told_by(app: Flask, tell: Callable[[str], Sequence[UnitSales]]) -> None:
    """Have `tell(coupon id)` say what was sold with a coupon: who takes sales knows them."""
    app.extensions[_KEY] = tell


def report(coupon: Coupon, *, today: date) -> dict[str, Any]:
    """All of it, in the shape of `CouponReportSchema`."""
    tell: Callable[[str], Sequence[UnitSales]] = current_app.extensions[_KEY]
    return {"codes": counts([coupon], today=today)[coupon.id], "sales": tell(coupon.id)}


def counts(coupons: Sequence[Coupon], *, today: date) -> dict[str, dict[str, int]]:
    """{coupon: {issued, used, expired, flagged}}; reads ix_coupon_code_coupon and ix_coupon_use_coupon along."""
    ids = [coupon.id for coupon in coupons]
    found = {coupon_id: dict.fromkeys(("issued", "used", "expired", "flagged"), 0) for coupon_id in ids}
    over = func.coalesce(func.sum(case((or_(CouponCode.good_until < today, Coupon.ends_on < today), 1), else_=0)), 0)
    codes = (
        select(CouponCode.coupon_id, func.count(), over)
        .join(Coupon, Coupon.id == CouponCode.coupon_id)
        .where(CouponCode.coupon_id.in_(ids))
        .group_by(CouponCode.coupon_id)
    )
    for coupon_id, issued, expired in db.session.execute(codes):
        found[coupon_id] |= {"issued": issued, "expired": int(expired)}
    uses = (
        select(CouponUse.coupon_id, CouponUse.state, func.count(), over)
        .join(CouponCode, CouponCode.code == CouponUse.code)
        .join(Coupon, Coupon.id == CouponUse.coupon_id)
        .where(CouponUse.coupon_id.in_(ids))
        .group_by(CouponUse.coupon_id, CouponUse.state)
    )
    for coupon_id, state, number, late in db.session.execute(uses):
        if state == "counted":
            # Expired is what nobody used in time.
            found[coupon_id] |= {"used": number, "expired": found[coupon_id]["expired"] - int(late)}
        elif state == "flagged":
            found[coupon_id]["flagged"] = number
    return found
