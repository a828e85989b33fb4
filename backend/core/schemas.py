"""Fields and schemas for the edges: what comes in is normal, short enough and storable, or is refused by name."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from marshmallow import RAISE, ValidationError, fields, validate
from marshmallow import Schema as BaseSchema

from backend.core import clock
from backend.core.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_MINOR = 10**15
"""The largest amount of money, points or articles that an entry may name; far above any till."""


class Schema(BaseSchema):
    """A schema that names what it does not know."""

    class Meta:
        """Options."""

        unknown = RAISE


class Text(fields.Field["str | None"]):
    """Text in NFC without surrounding blanks and without control characters; at most `max_length` characters.

    Empty text is refused unless `blank` is true, in which case it becomes None.
    """

    def __init__(self, *, max_length: int, blank: bool = False, multiline: bool = False, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.max_length, self.blank, self.multiline = max_length, blank, multiline
        self.metadata = {"maxLength": max_length, **self.metadata}
        self.allow_none = self.allow_none or blank

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str | None:  # noqa: ANN401, ARG002
        if not isinstance(value, str):
            message = "This must be text."
            raise ValidationError(message)
        text = unicodedata.normalize("NFC", value).strip()
        allowed = "\n\t" if self.multiline else ""
        # What is printable as a whole needs no look at each character.
        if not text.isprintable() and any(
            unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed for char in text
        ):
            message = "This contains characters that cannot be stored."
            raise ValidationError(message)
        if len(text) > self.max_length:
            message = f"This is longer than {self.max_length} characters."
            raise ValidationError(message)
        if not text:
            if self.blank:
                return None
            message = "This must not be empty."
            raise ValidationError(message)
        return text


class Identifier(fields.String):
    """A UUID in canonical text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **options)
        if not is_id(text):
            message = "This is no id."
            raise ValidationError(message)
        return text


class Moment(fields.Field[datetime]):
    """An RFC 3339 time with a zone, aware and in UTC once read."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:  # noqa: ANN401, ARG002
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            pass
        message = "This must be a time in RFC 3339 with a zone."
        raise ValidationError(message)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:  # noqa: ANN401, ARG002
        return None if value is None else clock.rfc3339(value)


def whole_number(*, minimum: int = -MAX_MINOR, **options: Any) -> fields.Integer:  # noqa: ANN401
    """A whole number of minor units, points or articles."""
    return fields.Integer(strict=True, validate=validate.Range(min=minimum, max=MAX_MINOR), **options)


def flatten(messages: Mapping[Any, Any] | list[Any] | str, path: str = "") -> dict[str, list[str]]:
    """Marshmallow's nested messages as {"lines.0.sku": ["…"]}, with names that any terminal can show."""
    if isinstance(messages, str):
        messages = [messages]
    if isinstance(messages, list):
        return {path or "_schema": [str(text) for text in messages]}
    found: dict[str, list[str]] = {}
    for name, inner in messages.items():
        shown = str(name) if str(name).isprintable() else ascii(name)
        here = path if shown == "_schema" else f"{path}.{shown}".lstrip(".")
        for key, texts in flatten(inner if isinstance(inner, (dict, list)) else [inner], here).items():
            found.setdefault(key, []).extend(texts)
    return found
