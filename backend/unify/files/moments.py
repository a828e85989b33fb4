"""Days with their time, and times of day, as tills and spreadsheets write them. Pure.

What has no offset is the clock on the wall of the store: the zone is the store's, which stands in another cell.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_CLOCK = (
    r"(?P<before>오전|오후|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:시]\s*(?P<minute>\d{1,2})\s*분?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:\.\d{1,9})?\s*초?)?\s*(?P<after>AM|PM)?"
)
_TIME = re.compile(_CLOCK, re.IGNORECASE)
_MOMENT = re.compile(
    r"(?P<year>\d{4}|\d{2})\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<day>\d{1,2})\s*[.일]?"
    rf"(?:\s*\([^)]*\))?(?:[T,\s]\s*{_CLOCK}\s*(?P<offset>Z|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:[T\s]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?"
)
_TIME_DIGITS = re.compile(r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?")
# Excel counts days from here, and the time of day as a part of one.
_EXCEL, _SERIAL, _PART = datetime(1899, 12, 30), re.compile(r"\d{5}(?:\.\d+)?"), re.compile(r"0?\.\d+")  # noqa: DTZ001
_FIRST, _LAST = 1990, 2099
_NOON = 12


def read_moment(text: str) -> str | None:
    """ISO 8601: a day ("2026-11-22"), or a day with its time, with an offset where the text has one; None otherwise."""
    if _SERIAL.fullmatch(text):
        found = (_EXCEL + timedelta(days=float(text))).replace(microsecond=0)
        return _bounded(found.date(), f"T{found.time().isoformat()}" if "." in text else "")
    match = _MOMENT.fullmatch(text) or _DIGITS.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)  # noqa: PLR2004 - a year of two digits
    at = None if parts["hour"] is None else _clock(parts)
    try:
        day = date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        return None
    if parts["hour"] is None:
        return _bounded(day, "")
    return None if at is None else _bounded(day, f"T{at}{_offset(parts.get('offset'))}")


def _bounded(day: date, rest: str) -> str | None:
    return day.isoformat() + rest if _FIRST <= day.year <= _LAST else None


def read_time(text: str) -> str | None:
    """A time of day as "14:05:00"; None when it is none."""
    if _PART.fullmatch(text):
        return (_EXCEL + timedelta(days=float(text))).time().isoformat("seconds")
    match = _TIME.fullmatch(text) or _TIME_DIGITS.fullmatch(text)
    return _clock(match.groupdict()) if match else None


def in_zone(moment: str, at: str | None, zone: str) -> datetime:
    """What the two above read, in UTC, by the clock of a store in `zone`. A day without a time is noon."""
    whole = moment if "T" in moment else f"{moment}T{at or '12:00:00'}"
    found = datetime.fromisoformat(whole)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _clock(parts: dict[str, str | None]) -> str | None:
    hour, half = int(parts["hour"] or 0), (parts.get("before") or parts.get("after") or "").upper()
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half in {"오후", "PM"} else 0)
    try:
        return time(hour, int(parts["minute"] or 0), int(parts["second"] or 0)).isoformat("seconds")
    except ValueError:
        return None


def _offset(text: str | None) -> str:
    if not text:
        return ""
    return "+00:00" if text.upper() == "Z" else text if ":" in text else f"{text[:3]}:{text[3:]}"
