"""Who enters and leaves a watched segment: looked at each night, written down, and told to whoever waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import delete, insert, select

from backend.core import clock, events
from backend.core.db import db, parts, run_in_unit_of_work, table_of
from backend.core.errors import Conflict, DangolError
from backend.core.ids import new_id
from backend.customers import Customer
from backend.segments import access
from backend.segments.language import Asked, members, run
from backend.segments.models import Segment, SegmentMember, SegmentMove

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERY: Final = 3_600
"""Seconds between looks of the worker; each segment is looked at once a day."""
AT_ONCE: Final = 2_000
_SECONDS: Final = 600.0
"""How long a rule may be asked for at night."""
_log = structlog.get_logger(__name__)


class NotWatched(Conflict):
    """Who enters and leaves this segment is not noted. Have it watched first."""

    code = "segment_not_watched"


@dataclass(frozen=True)
class SegmentEntered:
    """These members are in a watched segment since the last look."""

    segment_id: str
    customer_ids: tuple[str, ...]


@dataclass(frozen=True)
class SegmentLeft:
    """These members are no longer in a watched segment."""

    segment_id: str
    customer_ids: tuple[str, ...]


def look_at_all() -> int:
    """Look at every watched segment that was not looked at today; how many were.

    One that cannot be looked at is logged with the reason and has its next turn; it does not keep the others waiting.
    """
    today = Asked(clock.now()).today
    watched = select(Segment).where(Segment.watched, Segment.state == "live").order_by(Segment.id)
    due = [
        each.id
        for each in db.session.scalars(watched).all()
        if each.looked_at is None or Asked(each.looked_at).today < today
    ]
    return sum(_looked_at(segment_id) for segment_id in due)


def _looked_at(segment_id: str) -> bool:
    try:
        look(segment_id)
    except DangolError as error:
        _log.warning("segment_not_looked_at", segment=segment_id, code=error.code, reason=error.detail)
        return False
    return True


def look(segment_id: str) -> tuple[int, int]:
    """Write down who entered a segment and who left it since the last look, in parts; how many of each.

    Killed half-way, the next look finds what was not written yet. An edge of its own. Raises `NotWatched`, `TooSlow`.
    """
    if not access.segment(segment_id).watched:
        raise NotWatched
    rule = access.rule_of(segment_id)
    now_in = {row[0] for row in run(members(rule, Asked(clock.now())), seconds=_SECONDS)}
    query = select(SegmentMember.customer_id).where(SegmentMember.segment_id == segment_id)
    were_in = set(db.session.scalars(query))
    entered, left = sorted(now_in - were_in), sorted(were_in - now_in)
    for some in parts(entered, AT_ONCE):
        run_in_unit_of_work(lambda some=some: _enter(segment_id, some))  # type: ignore[misc] # bound now
    for some in parts(left, AT_ONCE):
        run_in_unit_of_work(lambda some=some: _leave(segment_id, some))  # type: ignore[misc] # bound now
    run_in_unit_of_work(lambda: _looked(segment_id, len(now_in)))
    return len(entered), len(left)


def _enter(segment_id: str, ids: Sequence[str]) -> None:
    there = _still_there(ids)
    if not there:
        return
    now = clock.now()
    rows = [{"segment_id": segment_id, "member_id": each, "customer_id": each, "since": now} for each in there]
    db.session.execute(insert(table_of(SegmentMember)), rows)
    _note(segment_id, there, entered=True)
    events.publish(SegmentEntered(segment_id, tuple(there)))


def _leave(segment_id: str, ids: Sequence[str]) -> None:
    gone = delete(SegmentMember).where(SegmentMember.segment_id == segment_id, SegmentMember.customer_id.in_(ids))
    db.session.execute(gone, execution_options={"synchronize_session": False})
    there = _still_there(ids)
    if there:
        _note(segment_id, there, entered=False)
        events.publish(SegmentLeft(segment_id, tuple(there)))


def _still_there(ids: Sequence[str]) -> list[str]:
    """Those who are members: nothing is written of whoever was erased, or merged into another, since the look."""
    return list(db.session.scalars(select(Customer.id).where(Customer.id.in_(ids)).order_by(Customer.id)))


def _note(segment_id: str, ids: Sequence[str], *, entered: bool) -> None:
    now = clock.now()
    rows = [
        {"id": new_id(), "segment_id": segment_id, "customer_id": each, "entered": entered, "moved_at": now}
        for each in ids
    ]
    db.session.execute(insert(table_of(SegmentMove)), rows)


def _looked(segment_id: str, counted: int) -> None:
    found = access.segment(segment_id, locked=True)
    found.members = counted
    found.counted_at = found.looked_at = clock.now()
