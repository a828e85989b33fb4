"""What this feature holds about a member."""

from __future__ import annotations

from backend.customers import of_table
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
)
