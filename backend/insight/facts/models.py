"""What a member's purchases add up to, a row each. What depends on a date or on others is derived, not stored."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.db import Base
from backend.core.types import Id, Json


class MemberFacts(Base):
    """The sums of one member's purchases of which something is left; nobody without any has a row.

    Purchases at units that keep their own are no part of it, as on the tablets. Money is in minor units of the currency
    that stands in the key, what came back is taken off.
    """

    __tablename__ = "member_facts"

    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customer.id"), primary_key=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    purchase_days: Mapped[int]
    sales: Mapped[int]
    # Twice the median gap in days between purchase days, a whole number; None with fewer than four of them.
    cycle_twice: Mapped[int | None]
    # {"2026-11-23": sales}, by the business day of the store.
    days: Mapped[dict[str, Any]] = mapped_column(Json)
    # {"store id|KRW": [sales, amount, sales with something taken off, what was taken off]}
    stores: Mapped[dict[str, Any]] = mapped_column(Json)
    # {"14": sales}, by the clock of the store.
    hours: Mapped[dict[str, Any]] = mapped_column(Json)
    # {"KRW|category|brand": [pieces, amount]} of what the catalogue knows; `SEPARATOR` stands between them.
    goods: Mapped[dict[str, Any]] = mapped_column(Json)


SEPARATOR = "\x1f"
"""Stands in no name of a category or brand."""
