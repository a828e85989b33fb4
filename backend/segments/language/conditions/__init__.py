"""What rules may ask for, a file for each group."""

from __future__ import annotations

from backend.segments.language.conditions import (
    consents,
    coupons,
    identifiers,
    life,
    loyalty,
    member,
    others,
    purchases,
    rhythm,
    scores,
)
from backend.segments.language.registry import register_condition

GROUPS = {
    "member": ("회원", "Member"),
    "identifiers": ("카드와 신분증", "Cards and documents"),
    "loyalty": ("등급과 포인트", "Grade and points"),
    "consent": ("동의", "Consent"),
    "taste": ("취향", "Taste"),
    "life": ("기념일과 여행", "Days and trips"),
    "purchases": ("구매", "Purchases"),
    "rhythm": ("구매 주기", "Rhythm"),
    "scores": ("예측", "Predictions"),
    "coupons": ("쿠폰", "Coupons"),
    "campaigns": ("캠페인", "Campaigns"),
    "segments": ("다른 세그먼트", "Other segments"),
}
"""Groups in the order in which a builder shows them."""

for _part in (member, identifiers, loyalty, consents, life, purchases, rhythm, scores, coupons, others):
    for _condition in _part.CONDITIONS:
        register_condition(_condition)
