"""What a cell of a file may say, and what it means here. Pure.

The classes are dictionaries that read a text once: real files repeat few values in many lines.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from backend.core.money import minor_units
from backend.unify.problems import UnreadableValueError

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,40})?([eE]-\d{1,2})?", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9._/-]{1,40}", re.ASCII)
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MOMENT = re.compile(r"(19[7-9]\d|20\d\d)-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


class Codes(dict[str, str]):
    """Codes and numbers of things: up to 40 letters, digits and the signs . _ / - are taken."""

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def __missing__(self, text: str) -> str:
        if not _CODE.fullmatch(text):
            message = f"{self.column} {shown(text)} is no code of up to 40 letters, digits and . _ / -"
            raise UnreadableValueError(message)
        self[text] = text
        return text


class Amounts(dict[str, int]):
    """Amounts of money in minor units, rounded half up; never negative."""

    def __init__(self, column: str, currency: str) -> None:
        super().__init__()
        self.column = column
        self.currency = currency

    def __missing__(self, text: str) -> int:
        if not _NUMBER.fullmatch(text):
            message = f"{self.column} {shown(text)} is no amount of 0 or more"
            raise UnreadableValueError(message)
        self[text] = amount = minor_units(text, self.currency)
        return amount


class Quantities(dict[str, int]):
    """Whole quantities from 0."""

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def __missing__(self, text: str) -> int:
        number = Decimal(text) if _NUMBER.fullmatch(text) else None
        if number is None or number != int(number):
            message = f"{self.column} {shown(text)} is no whole number from 0"
            raise UnreadableValueError(message)
        self[text] = quantity = int(number)
        return quantity


def moment(text: str, column: str) -> datetime:
    """An ISO 8601 time; UTC when it names no offset."""
    try:
        value = datetime.fromisoformat(text if _MOMENT.fullmatch(text) else "")
    except ValueError:
        message = f"{column} {shown(text)} is no time such as 2017-01-31T18:05:00"
        raise UnreadableValueError(message) from None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def time_text(value: datetime) -> str:
    """A UTC time as `write_rows` takes it: the text that `UtcDateTime` stores on SQLite."""
    return value.replace(tzinfo=None).isoformat(" ", "microseconds")


def clean_text(text: str, column: str) -> str:
    """Free text without spaces around it. Refuses what is no UTF-8 and control characters: no column stores them."""
    stripped = text.strip()
    if not _UNSTORABLE.search(stripped):
        return stripped
    message = f"{column} {shown(text)} holds bytes that are no UTF-8 text"
    raise UnreadableValueError(message)


def shown(text: str) -> str:
    """`text` as a reason quotes it: short and printable."""
    most = 40
    return ascii(text if len(text) <= most else text[: most - 1] + "…").encode().decode("ascii")
