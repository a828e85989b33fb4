"""The consent ledger: what a person granted, refused or withdrew, in what words. Rows are added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned
from backend.organization import BusinessUnit


class ConsentEntry(Owned, Base):
    """One statement of a person about one purpose."""

    __tablename__ = "consent_entry"
    __table_args__ = (Index("ix_consent_entry_customer", "customer_id", "purpose", "occurred_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(10))
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    recipient: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[str | None] = mapped_column(String(5))
    night: Mapped[bool] = mapped_column(default=False)
    granted: Mapped[bool]
    # The refusal that this grant lifts; a grant that names none leaves a refusal standing.
    lifts_id: Mapped[str | None] = mapped_column(Id)
    wording_version: Mapped[str] = mapped_column(String(40))
    evidence: Mapped[Any] = mapped_column(Json, nullable=True)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"))

    sender: Mapped[BusinessUnit | None] = relationship(lazy="joined")


class ConsentWording(Base):
    """The words that were shown, by version and language."""

    __tablename__ = "consent_wording"

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    text_ko: Mapped[str]
    text_en: Mapped[str]
