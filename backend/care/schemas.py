"""What the edges take and give for notes."""

from __future__ import annotations

from marshmallow import fields

from backend.core.schemas import Identifier, Moment, Schema, Text


class NoteData(Schema):
    """A remark about a customer (`note.add`)."""

    customer_id = Identifier(required=True)
    text = Text(max_length=4000, multiline=True, required=True)


class NoteSchema(Schema):
    """A remark as it is shown."""

    id = fields.String()
    text = fields.String()
    written_at = Moment()
    staff = fields.String(attribute="staff.name", allow_none=True)


class NotePage(Schema):
    """A page of remarks, the newest first."""

    items = fields.List(fields.Nested(NoteSchema))
    next = fields.String(allow_none=True)
