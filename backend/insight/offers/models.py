"""What is bought together and next, worked out at night from everybody's purchases; no row names anybody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.types import Id, Json, UtcDateTime


class ProductPairing(Base):
    """What goes with an article, or what a business unit sells most.

    `id` is that of the article or unit, `key` is "sku:" or "unit:" with its code.
    `partners`, the best first: [sku, kind (`rules.Kind`), share of the buyers per mille, lift in hundredths, members].
    `as_of` is the day of the run that changed the row last.
    """

    __tablename__ = "product_pairing"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    partners: Mapped[list[Any]] = mapped_column(Json)
    as_of: Mapped[date]


class PairingRun(Base):
    """The pairings were worked out from what was known when the day `as_of` was over, once a day."""

    __tablename__ = "pairing_run"

    as_of: Mapped[date] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Rows there are, and those of them that the run changed or took away.
    rows: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
