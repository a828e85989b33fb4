"""Links by which people refuse, and how each business unit lets them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.types import Id, UtcDateTime
from backend.customers import Customer, Owned
from backend.organization import BusinessUnit


class RefusalLink(Owned, Base):
    """The way out of one sender's texts for one customer, or for one number of nobody known. It never expires.

    `made_for`: the customer's id or the number when it was made, which a merge leaves as it is.
    """

    __tablename__ = "sms_refusal_link"
    __table_args__ = (
        Index("uq_sms_refusal_link_made_for", "made_for", "sender_id", "channel", unique=True),
        Index("ix_sms_refusal_link_customer", "customer_id"),
        Index("ix_sms_refusal_link_address", "address"),
    )

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_for: Mapped[str] = mapped_column(String(40))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    address: Mapped[str | None] = mapped_column(String(40))
    sender_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    channel: Mapped[str] = mapped_column(String(10))
    language: Mapped[str | None] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    customer: Mapped[Customer | None] = relationship()
    sender: Mapped[BusinessUnit] = relationship()


class RefusalUnit(Base):
    """How a business unit is refused: `by_link` though it has an 080 number, and with which key its calls are signed.

    The secret follows from `key_id` under a data key of the settings and stands nowhere; its hash says whether that
    data key is still there.
    """

    __tablename__ = "sms_refusal_unit"

    unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"), primary_key=True)
    by_link: Mapped[bool] = mapped_column(default=False, server_default=false())
    key_id: Mapped[str | None] = mapped_column(Id)
    data_key_id: Mapped[str | None] = mapped_column(String(20))
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    key_made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
