"""What this feature holds about a member: points that she exchanged with partners."""

from __future__ import annotations

from backend.customers import of_table
from backend.loyalty.partners.models import PartnerTransfer

SECTIONS = (
    of_table(
        PartnerTransfer,
        ("제휴 포인트", "Points exchanged with partners"),
        shown={
            "asked_at": ("때", "When"),
            "direction": ("방향", "Direction"),
            "account": ("제휴사 회원 번호", "Number at the partner"),
            "ours": ("포인트", "Points"),
            "theirs": ("제휴사 포인트", "The partner's points"),
            "state": ("상태", "State"),
            "reason": ("사유", "Reason"),
        },
    ),
)
