"""What this feature holds about a member."""

from __future__ import annotations

from backend.care.models import Note
from backend.customers import of_table

SECTIONS = (
    of_table(
        Note,
        ("메모", "Notes"),
        shown={"written_at": ("때", "When"), "staff_id": ("직원", "Staff"), "text": ("내용", "Text")},
    ),
)
