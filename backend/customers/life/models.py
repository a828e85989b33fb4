"""Days to remember, trips, households."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers.models import Owned


class LifeEvent(Owned, Base):
    """A day to remember; `yearly` ones come back on the same day."""

    __tablename__ = "life_event"
    __table_args__ = (Index("ix_life_event_customer", "customer_id", "day"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    yearly: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str | None] = mapped_column(String(200))


class Trip(Owned, Base):
    """A journey, from a sale that the goods leave with, or as she told it."""

    __tablename__ = "trip"
    __table_args__ = (Index("ix_trip_customer", "customer_id", "departs_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    flight: Mapped[str | None] = mapped_column(String(12))
    departs_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The IANA zone in which the departure is shown: the airport's, or the store's.
    zone: Mapped[str] = mapped_column(String(40))
    from_airport: Mapped[str | None] = mapped_column(String(3))
    to_airport: Mapped[str | None] = mapped_column(String(3))
    note: Mapped[str | None] = mapped_column(String(200))


class Household(Base):
    """People who live together, as they told us. `name` goes when one of them leaves or is forgotten."""

    __tablename__ = "household"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
