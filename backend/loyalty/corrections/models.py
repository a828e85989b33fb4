"""Corrections of points by hand, and what a second person said to them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Owned
from backend.organization import BusinessUnit, Staff

_WAITING = text("state = 'waiting'")
_UNDOING = text("undoes_id IS NOT NULL AND state IN ('waiting', 'applied')")


class PointsCorrection(Owned, Base):
    """Points that somebody wants to give (positive) or take, and why.

    States: `waiting` (for a second person), `applied` (the ledger's entry is `entry_id`), `declined`, `withdrawn` (by
    who asked). An applied one is undone by another one that refers to it, once.
    """

    __tablename__ = "points_correction"
    __table_args__ = (
        Index("ix_points_correction_customer", "customer_id", "id"),
        Index("ix_points_correction_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index(
            "uq_points_correction_undoes", "undoes_id", unique=True, sqlite_where=_UNDOING, postgresql_where=_UNDOING
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    points: Mapped[int] = mapped_column(BigInteger)
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    reason: Mapped[str] = mapped_column(String(200))
    expires_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(String(200))
    # The ledger's; entries go with a member who is erased, and so does this.
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("points_entry.id"))
    undoes_id: Mapped[str | None] = mapped_column(ForeignKey("points_correction.id"))

    business_unit: Mapped[BusinessUnit] = relationship()
    asker: Mapped[Staff | None] = relationship(foreign_keys=[asked_by])
    decider: Mapped[Staff | None] = relationship(foreign_keys=[decided_by])
