"""Texts that people wrote to the house, and the words by which they refuse."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Customer, Owned
from backend.organization import BusinessUnit, Staff

# Spelled alike in the index below and in the queries that use it, or the database would not see the match.
OPEN = text("handled_at IS NULL")


class Incoming(Owned, Base):
    """One text to one of our numbers.

    `kind`: "reply", "refusal" or "grant". `doubtful`: it may be a refusal and a person has to look. `staff_id`: whom it
    is for; None: whoever is at `store_id`; neither: head office. `handled_by` is None for what was handled by itself.
    """

    __tablename__ = "sms_incoming"
    __table_args__ = (
        Index("ix_sms_incoming_customer", "customer_id", "id"),
        Index("ix_sms_incoming_address", "address"),
        Index("ix_sms_incoming_open", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    provider_ref: Mapped[str] = mapped_column(String(80), unique=True)
    # Who wrote (E.164 where it is a number), and to which of our numbers; None once it is forgotten.
    address: Mapped[str | None] = mapped_column(String(40))
    our_number: Mapped[str | None] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(10))
    doubtful: Mapped[bool] = mapped_column(default=False)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))

    customer: Mapped[Customer | None] = relationship()
    sender: Mapped[BusinessUnit | None] = relationship()
    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])
    handler: Mapped[Staff | None] = relationship(foreign_keys=[handled_by])


class Word(Base):
    """A word by which the house, beside the fixed ones of `rules`, knows a refusal or a grant."""

    __tablename__ = "sms_word"
    __table_args__ = (Index("uq_sms_word_compact", "compact", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    language: Mapped[str] = mapped_column(String(5))
    kind: Mapped[str] = mapped_column(String(10))
    word: Mapped[str] = mapped_column(String(40))
    # As texts are compared with it.
    compact: Mapped[str] = mapped_column(String(80))
    added_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
