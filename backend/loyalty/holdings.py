"""What this feature holds about a member."""

from __future__ import annotations

from backend.customers import of_table
from backend.loyalty.models import PointsEntry

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
    ),
)
