"""Dated cut-points, and the cycles of similar members as tablets hold them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime


class Cuts(Base):
    """What members were compared with when `as_of` was over; `version` counts them.

    `recency` (dates), `frequency` (purchase days) and `money` (minor units of `currency`) are the least values of the
    second to the fifth fifth; an empty list while nobody has bought anything. `cycles` is
    {unit code: {purchase days so far: [twice the days to the next one, members]}}, `prices` {currency and category:
    [pieces, amount]} of everybody.
    """

    __tablename__ = "insight_cuts"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(unique=True)
    as_of: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    currency: Mapped[str] = mapped_column(String(3))
    members: Mapped[int]
    recency: Mapped[list[Any]] = mapped_column(Json)
    frequency: Mapped[list[Any]] = mapped_column(Json)
    money: Mapped[list[Any]] = mapped_column(Json)
    cycles: Mapped[dict[str, Any]] = mapped_column(Json)
    prices: Mapped[dict[str, Any]] = mapped_column(Json)


class SimilarCycle(Base):
    """How long members of a business unit with so many purchase days (1 to 3) took to their next one.

    `cycle_twice` is twice the median in days, of `members`.
    """

    __tablename__ = "similar_cycle"
    __table_args__ = (Index("uq_similar_cycle_unit_purchase_days", "unit", "purchase_days", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    unit: Mapped[str] = mapped_column(String(20))
    purchase_days: Mapped[int]
    cycle_twice: Mapped[int]
    members: Mapped[int]
