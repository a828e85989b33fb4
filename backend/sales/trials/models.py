"""Trials of earning rules: what is asked for, how far it is, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime


class RuleTrial(Base):
    """What a rule that is not live would have done to a month's sales; the worker works it out.

    `state`: waiting, running, ready, stopped (by a person) or failed. `sales` of `total` were looked at.
    """

    __tablename__ = "rule_trial"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    # As `loyalty.placed` has it, days as text.
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    since: Mapped[date]
    until: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    sales: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # When its worker was last heard of.
    alive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
