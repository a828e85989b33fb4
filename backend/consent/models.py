"""The consent ledger: what a person granted, refused or withdrew, in what words. Rows are added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned
from backend.organization import BusinessUnit

# Spelled alike in the index below and in the query that uses it, or the database would not see the match.
MARKETING_GRANT = text("purpose = 'marketing' AND granted")


class ConsentEntry(Owned, Base):
    """One statement of a person about one purpose."""

    __tablename__ = "consent_entry"
    __table_args__ = (
        Index("ix_consent_entry_customer", "customer_id", "purpose", "occurred_at"),
        # Which consents to marketing come of age: others cost nothing here.
        Index(
            "ix_consent_entry_marketing",
            "occurred_at",
            "id",
            sqlite_where=MARKETING_GRANT,
            postgresql_where=MARKETING_GRANT,
        ),
    )

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
    # Whether the evidence names the guardian who consented for a child.
    guardian: Mapped[bool] = mapped_column(default=False, server_default=false())
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"))
    # The tablet it was said at; at a desk there is none.
    device_id: Mapped[str | None] = mapped_column(Id)

    sender: Mapped[BusinessUnit | None] = relationship(lazy="joined")


class ConsentWording(Base):
    """The words that are shown for a consent, in a version of their own; once published they never change.

    A draft is written by one person and published by another; the one before it for the same matter is retired then.
    Chinese and Japanese may be missing: English is shown instead.
    """

    __tablename__ = "consent_wording"
    __table_args__ = (Index("uq_consent_wording_id", "id", unique=True),)

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    # By which tablets name the row.
    id: Mapped[str] = mapped_column(Id, default=new_id)
    purpose: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(10))
    night: Mapped[bool] = mapped_column(default=False)
    recipient: Mapped[str | None] = mapped_column(String(120))
    text_ko: Mapped[str]
    text_en: Mapped[str]
    text_zh: Mapped[str | None]
    text_ja: Mapped[str | None]
    # draft, published or retired.
    state: Mapped[str] = mapped_column(String(10), default="published")
    written_by: Mapped[str | None] = mapped_column(Id)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    published_by: Mapped[str | None] = mapped_column(Id)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
