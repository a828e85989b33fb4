"""Other segments: a list by its members; a rule is put in its place by `compiling`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.segments.language.conditions.member import turned
from backend.segments.language.registry import Among, Condition, Phrase, Value
from backend.segments.models import SegmentMember

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given


def _segment(given: Given, asking: Asking) -> Among:
    whose = SegmentMember.customer_id
    found = select(whose).where(SegmentMember.segment_id == given.value, *asking.only(whose))
    return Among(found, negated=given.op == "not_in")


def _say(given: Given, names: Names) -> Phrase:
    said = names.of("segment", given.value)
    return turned(
        Phrase(f"세그먼트 ‘{said}’에 속", "하", f"are in the segment “{said}”", f"are not in the segment “{said}”"),
        given,
    )


CONDITIONS = (
    Condition(
        "segment", "segments", "다른 세그먼트", "Other segment", ("in", "not_in"), Value("segment"), _segment, _say
    ),
)
