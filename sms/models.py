"""Templates of texts with all their versions, those that tablets hold, and what a text costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime

STATES: Final = ("draft", "waiting", "approved", "retired")
DRAFT, WAITING, APPROVED, RETIRED = STATES


class Template(Base):
    """A text with named fields, in one language; variants in other languages share its name and purpose.

    `state`: "draft" while the newest version was not asked for, "waiting" for a second person's approval, "approved",
    "retired". What is approved (`approved`, a version's number) stays in use while a newer one is written or waits.
    `one_to_one`: staff on the floor may choose it.
    """

    __tablename__ = "template"
    __table_args__ = (Index("uq_template_name_language", "name", "language", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(5))
    purpose: Mapped[str] = mapped_column(String(12))
    one_to_one: Mapped[bool] = mapped_column(default=True, server_default=true())
    state: Mapped[str] = mapped_column(String(10), default="draft")
    newest: Mapped[int] = mapped_column(default=1)
    approved: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)

    versions: Mapped[list[TemplateVersion]] = relationship(order_by="TemplateVersion.number", lazy="selectin")

    @property
    def body_in_use(self) -> str | None:
        """The words that are sent; None for a template that nobody may choose."""
        if self.approved is None or self.state == RETIRED:
            return None
        return next(each.body for each in self.versions if each.number == self.approved)


class TemplateVersion(Base):
    """One wording, kept for ever. Its words change only while its writer has not asked for approval."""

    __tablename__ = "template_version"

    template_id: Mapped[str] = mapped_column(ForeignKey("template.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    written_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # The number of the version whose words were taken up again.
    restored_from: Mapped[int | None]
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    sent_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_back_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    remark: Mapped[str | None] = mapped_column(String(400))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class FloorTemplate(Base):
    """An approved one-to-one template as tablets hold it. The row is there exactly while the floor may choose it.

    A table of its own, so that a draft being written changes nothing on a tablet.
    """

    __tablename__ = "sms_floor_template"

    id: Mapped[str] = mapped_column(ForeignKey("template.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(5))
    purpose: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    # [{name, label_ko, label_en, sample_ko, sample_en}, …]: what whoever sends may fill in.
    fields: Mapped[list[Any]] = mapped_column(Json, default=list)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Price(Base):
    """What one unit of a way to send costs in a country, in millionths of the currency's main unit (`sms.costs`)."""

    __tablename__ = "sms_price"

    way: Mapped[str] = mapped_column(String(20), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    micros: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
