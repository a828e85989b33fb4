"""Events that members are invited to, and who came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Owned


class Event(Base):
    """Something that takes place at a store. `state`: planned, open (the door is), over or canceled."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_store", "store_id", "starts_at"), Index("ix_event_campaign", "campaign_id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="planned")
    # Whose audience is invited; without a foreign key: campaigns are a feature above this one.
    campaign_id: Mapped[str | None] = mapped_column(Id)
    # What whoever came is asked afterwards.
    survey_id: Mapped[str | None] = mapped_column(Id)
    note: Mapped[str | None] = mapped_column(String(400))
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class EventVisit(Owned, Base):
    """Somebody came. `how`: card (its barcode was read), found (looked up), or registered (became a member there)."""

    __tablename__ = "event_visit"
    __table_args__ = (
        Index("ix_event_visit_event", "event_id", "seen_at", "id"),
        Index("ix_event_visit_customer", "customer_id", "event_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    how: Mapped[str] = mapped_column(String(10))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
