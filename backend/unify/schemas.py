"""What the edges take and give for merges."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import Moment, Schema, Text
from backend.unify.merges import FIELDS


class MergeData(Schema):
    """Whom to merge into whom, and which fields to take from her; what the survivor lacks she gets anyway."""

    survivor_id = Text(max_length=36, required=True)
    merged_id = Text(max_length=36, required=True)
    take = fields.List(fields.String(validate=validate.OneOf(FIELDS)), load_default=list)


class MergeArgs(PageArgs):
    """Which merges."""

    customer = Text(max_length=36, load_default=None)
    standing = fields.Boolean(load_default=False)


class MergeSchema(Schema):
    """A merge: who stayed, who went, which fields of the survivor changed, what is unclear since it was undone."""

    id = fields.String()
    survivor_id = fields.String()
    merged_id = fields.String()
    survivor = fields.String(allow_none=True)
    merged = fields.String(allow_none=True)
    fields_changed = fields.List(fields.String())
    merged_at = Moment()
    staff_id = fields.String(allow_none=True)
    undone_at = Moment(allow_none=True)
    undone_by = fields.String(allow_none=True)
    unclear = fields.List(fields.List(fields.String()))


class MergePage(Schema):
    """Merges, the newest first."""

    items = fields.List(fields.Nested(MergeSchema))
    next = fields.String(allow_none=True)
