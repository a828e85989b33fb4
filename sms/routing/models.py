"""The register of senders: which numbers are registered for whom, and who holds which certificate."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime


class SenderNumber(Base):
    """A number, or a provider's id of a service, that is registered as a business unit's sender at a provider.

    An entry is never rewritten: a correction ends it and adds one that `replaces_id` it. Both days are included.
    """

    __tablename__ = "sms_sender_number"
    __table_args__ = (Index("ix_sms_sender_number_unit", "business_unit_id", "provider"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    provider: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    registered_on: Mapped[date]
    valid_until: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(String(400))
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("sms_sender_number.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class Certificate(Base):
    """The 전송자격인증 of whoever hands texts to the carriers behind a provider; `valid_until` is its last day.

    An entry is never rewritten, as with `SenderNumber`.
    """

    __tablename__ = "sms_certificate"
    __table_args__ = (Index("ix_sms_certificate_provider", "provider"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    provider: Mapped[str] = mapped_column(String(20))
    holder: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60))
    valid_until: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(400))
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("sms_certificate.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
