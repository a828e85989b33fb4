"""What this feature holds about a member: corrections of her points."""

from __future__ import annotations

from backend.customers import of_table
from backend.loyalty.corrections.models import PointsCorrection

SECTIONS = (
    of_table(
        PointsCorrection,
        ("포인트 조정", "Corrections of points"),
        shown={
            "asked_at": ("때", "When"),
            "points": ("포인트", "Points"),
            "reason": ("사유", "Reason"),
            "state": ("상태", "State"),
            "note": ("답", "Answer"),
        },
    ),
)
