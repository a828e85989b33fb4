"""What this feature holds about a member."""

from __future__ import annotations

from backend.customers import of_table
from backend.segments.models import SegmentMember, SegmentMove

SECTIONS = (
    of_table(
        SegmentMember,
        ("속한 세그먼트", "Segments she is in"),
        shown={"since": ("때", "Since"), "segment_id": ("세그먼트", "Segment")},
    ),
    of_table(
        SegmentMove,
        ("세그먼트 변화", "Segments entered and left"),
        shown={"moved_at": ("때", "When"), "segment_id": ("세그먼트", "Segment"), "entered": ("들어옴", "Entered")},
    ),
)
