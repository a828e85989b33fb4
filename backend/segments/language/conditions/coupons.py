"""Which coupons somebody has, used, or let expire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, false, or_, select

from backend.core.db import db
from backend.loyalty import coupons
from backend.segments.language.registry import Among, Condition, Phrase, Value

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given


def _coupon(given: Given, asking: Asking) -> Among:
    """`holds`: a code of hers that is good today; `used`: a sale of hers took one; `expired`: one of hers went by."""
    if given.op == "used":
        buyer = coupons.CouponUse.customer_id
        used = select(buyer).where(
            coupons.CouponUse.coupon_id == given.value, coupons.CouponUse.state == "counted", buyer.is_not(None)
        )
        return Among(used.where(*asking.only(buyer)))
    whose, today = coupons.CouponCode.customer_id, asking.asked.today
    hers = select(whose).where(coupons.CouponCode.coupon_id == given.value, whose.is_not(None), *asking.only(whose))
    if given.op == "received":
        return Among(hers)
    open_ = hers.where(
        ~exists().where(coupons.CouponUse.code == coupons.CouponCode.code, coupons.CouponUse.state == "counted")
    )
    coupon = db.session.get(coupons.Coupon, given.value)
    ended = coupon is not None and coupon.ends_on is not None and coupon.ends_on < today
    if given.op == "expired":
        return Among(open_ if ended else open_.where(coupons.CouponCode.good_until < today))
    lasts = or_(coupons.CouponCode.good_until.is_(None), coupons.CouponCode.good_until >= today)
    return Among(open_.where(false() if coupon is None or ended or coupon.state == "stopped" else lasts))


def _say(given: Given, names: Names) -> Phrase:
    said = names.of("coupon", given.value)
    if given.op == "holds":
        return Phrase(
            f"‘{said}’ 쿠폰을 쓰지 않고 가지고 ",
            "있",
            f"hold the coupon “{said}” unused",
            f"do not hold the coupon “{said}” unused",
        )
    if given.op == "used":
        return Phrase(f"‘{said}’ 쿠폰을 사용", "했", f"used the coupon “{said}”", f"did not use the coupon “{said}”")
    if given.op == "expired":
        return Phrase(
            f"‘{said}’ 쿠폰을 쓰지 않은 채 기한이 ",
            "지나",
            f"let the coupon “{said}” expire",
            f"did not let the coupon “{said}” expire",
        )
    return Phrase(f"‘{said}’ 쿠폰을 ", "받", f"got the coupon “{said}”", f"did not get the coupon “{said}”")


CONDITIONS = (
    Condition(
        "coupon", "coupons", "쿠폰", "Coupon", ("holds", "used", "expired", "received"), Value("coupon"), _coupon, _say
    ),
)
