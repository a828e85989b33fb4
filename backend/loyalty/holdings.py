"""What this feature holds about a member."""

from __future__ import annotations

from backend.customers import of_table
from backend.loyalty.grades.models import GradeChange, MemberGrade
from backend.loyalty.models import PointsEntry, PointsLot

SECTIONS = (
    of_table(
        PointsEntry,
        ("포인트", "Points"),
        shown={
            "occurred_at": ("때", "When"),
            "kind": ("종류", "Kind"),
            "points": ("포인트", "Points"),
            "reason": ("사유", "Reason"),
        },
        # Both follow from the entries alone.
        more=("points_debt", "points_use"),
    ),
    of_table(
        PointsLot,
        ("남은 포인트", "Points left"),
        shown={
            "points": ("적립", "Given"),
            "open": ("남음", "Left"),
            "expired": ("소멸", "Expired"),
            "expires_on": ("유효 기간", "Good until"),
        },
    ),
    of_table(
        MemberGrade,
        ("등급", "Grade"),
        shown={
            "code": ("등급", "Grade"),
            "since": ("부터", "Since"),
            "grace_until": ("유예 기간", "Grace until"),
            "invited_until": ("초대 기간", "Invited until"),
        },
        # What an evaluation found before it is applied.
        more=("grade_proposal",),
    ),
    of_table(
        GradeChange,
        ("등급 변동", "Changes of grade"),
        shown={
            "changed_at": ("때", "When"),
            "kind": ("종류", "Kind"),
            "from_code": ("이전", "From"),
            "to_code": ("이후", "To"),
            "spend": ("구매 금액", "Spend"),
            "reason": ("사유", "Reason"),
        },
    ),
)
