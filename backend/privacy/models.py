"""What is remembered of an erasure: that it was done, never of whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.types import Id, UtcDateTime


class Erasure(Base):
    """A customer whose data was erased: her id, so that a restored backup can be made to forget her again.

    `blocks_clean_at` is when no block, listed or superseded, held her any more; until then the worker goes on.
    """

    __tablename__ = "erasure"

    customer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    staff_id: Mapped[str | None] = mapped_column(Id)
    blocks_clean_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
