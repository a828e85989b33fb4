"""Which column is which field, from its values: for files whose headings say nothing, or that have none. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backend.unify.files import cells
from backend.unify.files.dates import read_day
from backend.unify.problems import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

_MOST = 0.8
_HANGUL_NAME = re.compile("[가-힣]{2,5}")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.' -]{2,60}")
_PHONE = re.compile(r"(\+\d|0\d|10\d)[\d -]{7,16}")
_CARD = re.compile(r"[0-9][0-9 -]{6,24}")
_FEW = 3


def columns_by_values(rows: Sequence[Sequence[str]], today: date) -> dict[int, str]:
    """{place of a column: field}: each field goes to the first column whose values mostly look like it."""
    found: dict[int, str] = {}
    width = max((len(row) for row in rows), default=0)
    for place in range(width):
        values = [text for row in rows if place < len(row) and (text := row[place].strip())]
        for name, looks in _tests(today):
            if name in found.values() or not values:
                continue
            alike = sum(map(looks, values)) / len(values)
            if alike >= _MOST and (name != "sex" or len(set(values)) <= _FEW):
                found[place] = name
                break
    return found


def is_data(row: Sequence[str], today: date) -> bool:
    """Whether a first row is no heading: it holds a phone number or a day of birth."""
    return any(_PHONE.fullmatch(text.strip()) or _is_day(text.strip(), today) for text in row)


def _tests(today: date) -> tuple[tuple[str, Callable[[str], bool]], ...]:
    sexes = cells.sexes()
    return (
        ("phone", _is_phone),
        ("email", lambda text: "@" in text and _reads(cells.email, text)),
        ("birth_date", lambda text: _is_day(text, today)),
        ("sex", lambda text: _reads(sexes.__getitem__, text)),
        ("name", lambda text: _HANGUL_NAME.fullmatch(text) is not None),
        ("name_latin", lambda text: _LATIN_NAME.fullmatch(text) is not None),
        ("card", lambda text: _CARD.fullmatch(text) is not None),
    )


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None and _reads(cells.phone, text)


def _is_day(text: str, today: date) -> bool:
    shortest = 6
    return len(text) >= shortest and read_day(text, today=today) is not None


def _reads(read: Callable[[str], str], text: str) -> bool:
    try:
        read(text)
    except UnreadableValueError:
        return False
    return True
