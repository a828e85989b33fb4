"""What this feature holds about a member."""

from __future__ import annotations

from backend.customers import of_table
from backend.loyalty.coupons.models import CouponCode, CouponUse

SECTIONS = (
    of_table(
        CouponCode,
        ("쿠폰", "Coupons"),
        shown={
            "issued_at": ("발급", "Issued"),
            "code": ("번호", "Number"),
            "good_until": ("유효 기간", "Good until"),
        },
    ),
    of_table(
        CouponUse,
        ("쿠폰 사용", "Coupons used"),
        shown={"used_at": ("때", "When"), "code": ("번호", "Number"), "worth": ("할인", "Taken off")},
    ),
)
