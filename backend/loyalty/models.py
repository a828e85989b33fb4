"""The points ledger. Entries are added, never changed; a balance is their sum."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Owned


class PointsEntry(Owned, Base):
    """Points that came (positive) or went (negative)."""

    __tablename__ = "points_entry"
    __table_args__ = (Index("ix_points_entry_customer", "customer_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(20))
    points: Mapped[int] = mapped_column(BigInteger)
    sale_id: Mapped[str | None] = mapped_column(ForeignKey("sale.id"))
    reason: Mapped[str | None] = mapped_column(String(200))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
