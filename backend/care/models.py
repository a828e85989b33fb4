"""What the floor writes down about a customer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Owned
from backend.organization import Staff

KINDS = ("note", "complaint")
COMPLAINT = text("kind = 'complaint'")


class Note(Owned, Base):
    """A remark of a staff member about a customer; `kind`: a note, or a complaint, after which she is left in peace."""

    __tablename__ = "note"
    __table_args__ = (
        Index("ix_note_customer", "customer_id", "id"),
        Index("ix_note_complaint", "customer_id", "written_at", sqlite_where=COMPLAINT, postgresql_where=COMPLAINT),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # Where it was written; whose unit may keep it. No reference: stores are never deleted.
    store_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(12), default="note", server_default="note")
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    staff: Mapped[Staff | None] = relationship(lazy="joined")
