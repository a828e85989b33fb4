"""Segments: a rule in versions, or a list of members, and who is in one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned


class Segment(Base):
    """Members who have something in common: by a rule (`kind` "rule") or because somebody listed them ("list").

    `state`: live or archived. `members`: how many, at `counted_at`. `watched`: who enters and leaves is noted nightly,
    last at `looked_at`.
    """

    __tablename__ = "segment"
    __table_args__ = (Index("ix_segment_state", "state", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="live")
    version: Mapped[int] = mapped_column(default=1)
    note: Mapped[str | None] = mapped_column(String(400))
    watched: Mapped[bool] = mapped_column(default=False)
    members: Mapped[int | None]
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)


class SegmentVersion(Base):
    """A segment's rule as it was from then on; it never changes, so that what used it can always be explained."""

    __tablename__ = "segment_version"

    segment_id: Mapped[str] = mapped_column(ForeignKey("segment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    # See `backend.segments.language`.
    rule: Mapped[Any] = mapped_column(Json)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class SegmentMember(Owned, Base):
    """Who is in a list, or was in a watched segment when it was last looked at. `member_id`: whose it was at first."""

    __tablename__ = "segment_member"
    __table_args__ = (Index("ix_segment_member_customer", "customer_id", "segment_id"), {"sqlite_with_rowid": False})

    segment_id: Mapped[str] = mapped_column(ForeignKey("segment.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class SegmentMove(Owned, Base):
    """Somebody entered a watched segment, or left it."""

    __tablename__ = "segment_move"
    __table_args__ = (
        Index("ix_segment_move_segment", "segment_id", "moved_at", "id"),
        Index("ix_segment_move_customer", "customer_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    segment_id: Mapped[str] = mapped_column(ForeignKey("segment.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    entered: Mapped[bool]
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
