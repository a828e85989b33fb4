"""Links and their openings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Owned


class ShortLink(Owned, Base):
    """An address in one message to one person: `code` stands for `target` until `expires_at`."""

    __tablename__ = "sms_short_link"
    __table_args__ = (
        Index("ix_sms_short_link_customer", "customer_id"),
        Index("ix_sms_short_link_message", "message_id"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    target: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(Id)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    template: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkClick(Base):
    """One opening: `kind` is human, bot, prefetch or doubtful; `device` no more than ios, android, desktop or other."""

    __tablename__ = "sms_link_click"
    __table_args__ = (Index("ix_sms_link_click_code", "code", "at"), Index("ix_sms_link_click_at", "at"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    kind: Mapped[str] = mapped_column(String(10))
    device: Mapped[str] = mapped_column(String(10))
