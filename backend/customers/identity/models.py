"""An identity document, of which nobody can read the number in the database."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.crypto import Encrypted, Place
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers.models import Owned


class IdentityDocument(Owned, Base):
    """A passport. Cipher and index are under one key, `key_id`."""

    __tablename__ = "identity_document"
    __table_args__ = (
        Index("ix_identity_document_customer", "customer_id"),
        Index("ix_identity_document_number", "number_index"),
        Index("ix_identity_document_key", "key_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    number_cipher: Mapped[str] = mapped_column(Text)
    number_index: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(20))
    expires_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @property
    def number(self) -> Encrypted:
        """The number as it is stored."""
        return Encrypted(self.key_id, self.number_cipher)


def place_of(row_id: str) -> Place:
    """Where the number of a document stands."""
    return Place(IdentityDocument.__tablename__, "number_cipher", row_id)


def indexed(country: str, number: str) -> str:
    """What the blind index is made of: numbers are given out by each country for itself."""
    return f"{country}|{number}"
