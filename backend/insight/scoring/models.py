"""Versions of the models with how they were judged, and what the newest one says of each member."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime


class InsightModel(Base):
    """All models as they were fitted on what was known when `as_of` was over; older versions are kept.

    `parameters` by model, None where one could not be fitted. `judgements`: per horizon in days what the back-test
    printed for each day, and whether the model was released, with reasons if not. Money is in `currency`. `members`
    had bought by then, on so many purchase days (`purchases`); `looked` of them were gone through, up to the id
    `after`, and `scored` have a score.
    """

    __tablename__ = "insight_model"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(unique=True)
    as_of: Mapped[date]
    # waiting, fitting, scoring, ready, failed
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    # Why it failed: a code of `rules.PROBLEMS`.
    problem: Mapped[str | None] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Who asked for it; None for the worker by itself.
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    currency: Mapped[str | None] = mapped_column(String(3))
    members: Mapped[int] = mapped_column(default=0)
    purchases: Mapped[int] = mapped_column(BigInteger, default=0)
    looked: Mapped[int] = mapped_column(default=0)
    after: Mapped[str | None] = mapped_column(Id)
    # Who was merged or parted while it is under way: what was read of them is of somebody else.
    left_out: Mapped[list[str]] = mapped_column(Json, default=list)
    scored: Mapped[int] = mapped_column(default=0)
    parameters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    judgements: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class MemberScore(Base):
    """What the models say of a member who agreed to profiling; None where no model was released.

    Chances are 0 to 1. `worth` is what she is expected to bring within a year, `stake` what of it is lost if who may
    not return within 28 days does not: (1 - return_28) of it; both in minor units of `currency`. `reasons` are those
    of `statistics.reasons.explain` as {"code", "effect", "numbers"}, what moved her chance most first.
    """

    __tablename__ = "member_score"
    __table_args__ = (Index("ix_member_score_stake", "stake", "customer_id"), {"sqlite_with_rowid": False})

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("insight_model.id"))
    as_of: Mapped[date]
    alive: Mapped[float | None] = mapped_column(Double)
    return_28: Mapped[float | None] = mapped_column(Double)
    return_56: Mapped[float | None] = mapped_column(Double)
    worth: Mapped[int | None] = mapped_column(BigInteger)
    stake: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reasons: Mapped[list[Any]] = mapped_column(Json, default=list)
