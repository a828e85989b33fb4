"""How long a service asks to be left alone. Pure."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

LONGEST: Final = 24 * 3600.0


def seconds_of(header: str | None, *, now: datetime) -> float | None:
    """Read `Retry-After`, seconds or a date; None without one that can be understood. A day at most."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return min(max(0.0, (aware - now).total_seconds()), LONGEST)
