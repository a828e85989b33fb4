"""Seals over the access log: each covers a batch of entries and the seal before it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.db import Base
from backend.core.types import UtcDateTime

_KEPT = text("cut_at IS NULL")


class AccessSeal(Base):
    """A signed checkpoint. It outlives its entries, which go together when they are old (`cut_at`).

    `digest` is over the entries, `chain` over this seal and the one before, `signature` over `chain` by the key `kid`;
    all in lower-case hexadecimal.
    """

    __tablename__ = "access_seal"
    __table_args__ = (Index("ix_access_seal_kept", "sealed_at", sqlite_where=_KEPT, postgresql_where=_KEPT),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(String(64))
    kid: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cut_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
