"""Templates of texts: every version is kept for ever, one of them is the approved one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime


class Template(Base):
    """A text with named fields, in one language; variants in other languages share its name.

    `state`: "draft" when the newest version is not the approved one, "approved", "retired". What is approved
    stays in use while a newer draft is being written.
    """

    __tablename__ = "template"
    __table_args__ = (Index("uq_template_name_language", "name", "language", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(5))
    purpose: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    newest: Mapped[int] = mapped_column(default=1)
    approved: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)

    versions: Mapped[list[TemplateVersion]] = relationship(order_by="TemplateVersion.number", lazy="selectin")


class TemplateVersion(Base):
    """One wording. Never changed after it is written, but for who approved it."""

    __tablename__ = "template_version"

    template_id: Mapped[str] = mapped_column(ForeignKey("template.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    written_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
