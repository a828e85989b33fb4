"""What this feature holds about a member."""

from __future__ import annotations

from backend.campaigns.effect.models import PastRedemption
from backend.customers import of_table

SECTIONS = (
    of_table(
        PastRedemption,
        ("지난 캠페인에서 쓴 쿠폰", "Coupons redeemed in past campaigns"),
        shown={"redeemed_on": ("사용일", "Redeemed on"), "coupon": ("쿠폰 번호", "Coupon")},
    ),
)
