"""The only door to segments for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.segments.language import Rule, parse
from backend.segments.models import Segment, SegmentMember, SegmentMove, SegmentVersion

if TYPE_CHECKING:
    from collections.abc import Sequence


def segments(state: str, name: str | None) -> Select[Segment]:
    """Segments in a state, those whose name contains `name`."""
    query = select(Segment).where(Segment.state == state)
    return query if name is None else query.where(Segment.name.icontains(name, autoescape=True))


def segment(segment_id: str, *, locked: bool = False) -> Segment:
    """The segment, for the rest of the unit of work when `locked`. Raises `NotFound`."""
    query = select(Segment).where(Segment.id == segment_id)
    query = query.with_for_update() if locked else query
    found = db.session.scalar(query, execution_options={"populate_existing": True}) if is_id(segment_id) else None
    if found is None:
        raise NotFound
    return found


def versions(segment_id: str) -> Sequence[SegmentVersion]:
    """The versions of a segment's rule, the newest first."""
    query = select(SegmentVersion).where(SegmentVersion.segment_id == segment(segment_id).id)
    return db.session.scalars(query.order_by(SegmentVersion.number.desc())).all()


def version(segment_id: str, number: int) -> SegmentVersion:
    """One version of a segment's rule. Raises `NotFound`."""
    found = db.session.get(SegmentVersion, (segment(segment_id).id, number))
    if found is None:
        raise NotFound
    return found


def rule_of(segment_id: str, number: int | None = None) -> Rule:
    """The rule of a segment, of a version or as it is now; of a list, that she is in it. Raises `NotFound`."""
    found = segment(segment_id)
    if found.kind == "list":
        return parse({"is": "segment", "op": "in", "value": found.id})
    return parse(version(found.id, number or found.version).rule)


def listed(segment_id: str) -> Select[SegmentMember]:
    """Who is in a list."""
    return select(SegmentMember).where(SegmentMember.segment_id == segment(segment_id).id)


def moves(segment_id: str) -> Select[SegmentMove]:
    """Who entered a watched segment, and who left it."""
    return select(SegmentMove).where(SegmentMove.segment_id == segment(segment_id).id)
