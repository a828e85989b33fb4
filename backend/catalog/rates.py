"""What currencies are worth, as it was noted day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from backend.catalog.models import ExchangeRate
from backend.core.db import db, table_of

if TYPE_CHECKING:
    from datetime import date

_rate = table_of(ExchangeRate).c
_NEWEST = (
    select(_rate.rate)
    .where(_rate.currency == bindparam("currency"), _rate.base == bindparam("base"), _rate.on <= bindparam("day"))
    .order_by(_rate.on.desc())
    .limit(1)
)


class Rates:
    """The newest rates that were known on days; each is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, date], str | None] = {}

    def of(self, currency: str, base: str, day: date) -> str | None:
        """What one unit of `currency` was worth in `base`, as it was noted; None where nobody knows."""
        key = (currency, base, day)
        if key not in self._known:
            self._known[key] = db.session.scalar(_NEWEST, {"currency": currency, "base": base, "day": day})
        return self._known[key]
