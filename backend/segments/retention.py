"""What grows old here: who entered and left segments long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core.db import db
from backend.core.retention import Rule
from backend.segments.models import SegmentMove

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select


def _old(before: datetime) -> Select[Any, Any]:
    return select(SegmentMove.id, SegmentMove.moved_at).where(SegmentMove.moved_at < before)


def _drop(keys: Sequence[str]) -> None:
    gone = delete(SegmentMove).where(SegmentMove.id.in_(keys))
    db.session.execute(gone, execution_options={"synchronize_session": False})


RULES = (Rule("segment_moves", ("세그먼트 변화 기록", "Segments entered and left"), _old, _drop),)
