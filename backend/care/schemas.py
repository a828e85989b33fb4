"""What the edges take and give for notes."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.care.models import KINDS
from backend.core.schemas import Identifier, Moment, Schema, Text


class NoteData(Schema):
    """A remark about a customer (`note.add`)."""

    customer_id = Identifier(required=True)
    text = Text(max_length=4000, multiline=True, required=True)
    kind = fields.String(load_default="note", validate=validate.OneOf(KINDS))


class NoteSchema(Schema):
    """A remark as it is shown."""

    id = fields.String()
    text = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    written_at = Moment()
    staff = fields.String(attribute="staff.name", allow_none=True)


class NotePage(Schema):
    """A page of remarks, the newest first."""

    items = fields.List(fields.Nested(NoteSchema))
    next = fields.String(allow_none=True)
