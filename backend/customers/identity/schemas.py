"""What the edges take and give for identity documents. One schema alone gives a number: `RevealedSchema`."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.core.schemas import Moment, Schema, Text

_NUMBER = re.compile(r"[A-Z0-9]{5,20}")
_COUNTRY = validate.Regexp(r"[A-Z]{2}\Z", error="Two capital letters (ISO 3166).")


class PassportNumber(Text):
    """A passport's number, in capitals and without separators."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - marshmallow's options
        super().__init__(max_length=30, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str | None:  # noqa: ANN401
        text = re.sub(r"[\s-]", "", super()._deserialize(value, attr, data, **options) or "").upper()
        if not _NUMBER.fullmatch(text):
            message = "A passport number has 5 to 20 letters and digits."
            raise ValidationError(message)
        return text


class PassportQuery(Schema):
    """A passport as it lies on the counter: the whole number, and whose country's it is."""

    country = fields.String(required=True, validate=_COUNTRY)
    number = PassportNumber(required=True)


class DocumentData(PassportQuery):
    """A passport to keep."""

    expires_on = fields.Date(format="iso", allow_none=True)


class RevealData(Schema):
    """Why somebody has to see a number."""

    reason = Text(max_length=200, required=True)


class DocumentSchema(Schema):
    """A document without its number."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    country = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    created_at = Moment(required=True)


class DocumentList(Schema):
    """A customer's documents."""

    items = fields.List(fields.Nested(DocumentSchema), required=True)


class RevealedSchema(DocumentSchema):
    """A document with its number."""

    number = fields.String(required=True)


class HolderSchema(Schema):
    """Whose passport it is."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class HolderList(Schema):
    """Whose passport it is: nobody's, or mostly one customer's."""

    items = fields.List(fields.Nested(HolderSchema), required=True)
