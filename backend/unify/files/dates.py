"""Days as people and spreadsheets write them. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

_PARTS = re.compile(
    r"(\d{4}|\d{2})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?(?:[T ]\d\d?:\d\d(?::\d\d)?(?:\.\d+)?)?"
)
_DIGITS = re.compile(r"(\d{4}|\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{4,5}")
# Excel counts days from here; what it believes of February 1900 concerns nobody who is alive.
_EXCEL = date(1899, 12, 30)
_FIRST = date(1900, 3, 1)


def read_day(text: str, *, today: date) -> date | None:
    """A day from 1990-01-31, 19900131, 90.1.31, 900131, 1990년 1월 31일 or Excel's number of it; None when it is none.

    Days lie between 1900 and `today`; a year of two digits is the last one that has come.
    """
    match = _PARTS.fullmatch(text) or _DIGITS.fullmatch(text)
    if match is None:
        serial = _SERIAL.fullmatch(text)
        found = _EXCEL + timedelta(days=int(text)) if serial else None
    else:
        found = _day(match[1], int(match[2]), int(match[3]), today)
    return found if found is not None and _FIRST <= found <= today else None


def _day(year: str, month: int, day: int, today: date) -> date | None:
    number = int(year)
    if len(year) == 2:  # noqa: PLR2004 - a year of two digits
        number += 2000 if number <= today.year % 100 else 1900
    try:
        return date(number, month, day)
    except ValueError:
        return None
