"""The limits as rows: each setting is a new one, the last of which holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.organization import Staff


class ContactLimits(Base):
    """What held from `set_at` on, until the next row; see `caps.Limits`."""

    __tablename__ = "contact_limits"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    per_day: Mapped[int | None]
    per_week: Mapped[int | None]
    per_month: Mapped[int | None]
    complaint_days: Mapped[int]
    return_days: Mapped[int]
    same_content_days: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    set_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))

    staff: Mapped[Staff | None] = relationship(lazy="joined")
