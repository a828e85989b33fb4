"""How long each rule keeps, and when it was applied."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime


class RetentionPeriod(Base):
    """For how many months a rule keeps; a rule without a row is off."""

    __tablename__ = "retention_period"

    rule: Mapped[str] = mapped_column(String(60), primary_key=True)
    months: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)


class RetentionRun(Base):
    """One application of a rule to what is older than `before`; unfinished ones are gone on with."""

    __tablename__ = "retention_run"
    __table_args__ = (Index("ix_retention_run_rule", "rule", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    rule: Mapped[str] = mapped_column(String(60))
    before: Mapped[datetime] = mapped_column(UtcDateTime)
    taken: Mapped[int] = mapped_column(BigInteger, default=0)
    staff_id: Mapped[str | None] = mapped_column(Id)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
