"""What the edges take and give for the access log."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text

_MOST = 200


class OpenedSchema(Schema):
    """A card that was opened."""

    customer_id = Identifier(required=True)
    what = fields.String(required=True, validate=validate.OneOf(["card"]))
    at = Moment(required=True)


class ReportData(Schema):
    """Whose card was opened on a tablet (`access.report`)."""

    entries = fields.List(fields.Nested(OpenedSchema), required=True, validate=validate.Length(min=1, max=_MOST))


class AccessListArgs(PageArgs):
    """Which entries: of a member (whoever was merged into her included), by somebody, from and until when."""

    customer = Identifier(load_default=None)
    staff = Text(max_length=60, load_default=None)
    since = Moment(load_default=None)
    until = Moment(load_default=None)


class ViewerSchema(Schema):
    """A person of the house."""

    login = fields.String(required=True)
    name = fields.String(required=True)


class ViewedSchema(Schema):
    """A member."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class AccessSchema(Schema):
    """One view. `staff` is null for the system, `tablet` at a desk, `customer` for who was erased."""

    id = fields.String(required=True)
    at = Moment(required=True)
    recorded_at = Moment(required=True)
    what = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why a copy was taken"})
    staff = fields.Nested(ViewerSchema, required=True, allow_none=True)
    store = fields.String(required=True, allow_none=True)
    tablet = fields.String(required=True, allow_none=True)
    customer = fields.Nested(ViewedSchema, required=True, allow_none=True)
    sealed = fields.Boolean(required=True)


class AccessPage(Schema):
    """A page of views, the newest first."""

    items = fields.List(fields.Nested(AccessSchema), required=True)
    next = fields.String(required=True, allow_none=True)
