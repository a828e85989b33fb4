"""What the edges take and give for refusals."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema, Text
from sms.refusals.numbers import OUTCOMES


class RefusalCallData(Schema):
    """A refusal by an 080 number."""

    number = Text(max_length=40, required=True)
    refused_at = Moment(required=True)
    reference = Text(max_length=80, blank=True, load_default=None, metadata={"description": "Yours, kept as evidence"})


class RefusalCallTakenSchema(Schema):
    """What became of it: `recorded` for a member, `blocked` for a number of nobody known, `again` as before."""

    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))


class RefusalListArgs(Schema):
    """For which business unit a list is."""

    unit = Text(max_length=40, required=True)
    name = Text(max_length=120, load_default="list")
    dry_run = fields.Boolean(load_default=False)


class RefusalRowSchema(Schema):
    """What became of a row."""

    line = fields.Integer(required=True)
    number = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    why = fields.String(required=True, allow_none=True)


class RefusalListSchema(Schema):
    """What became of a list: how many rows came to what, and the rows that are amiss."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    bad = fields.List(fields.Nested(RefusalRowSchema), required=True)


class RefusalUnitSchema(Schema):
    """How a business unit is refused. `way` is what its texts name; null: it cannot advertise."""

    unit = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)
    refusal_number = fields.String(required=True, allow_none=True)
    by_link = fields.Boolean(required=True)
    way = fields.String(required=True, allow_none=True, validate=validate.OneOf(["number", "link"]))
    key_made_at = Moment(required=True, allow_none=True)


class RefusalUnitList(Schema):
    """How every business unit is refused."""

    items = fields.List(fields.Nested(RefusalUnitSchema), required=True)


class RefusalUnitData(Schema):
    """Whether texts name the recipient's link although there is an 080 number."""

    by_link = fields.Boolean(required=True, truthy={True}, falsy={False})


class RefusalKeySchema(Schema):
    """A key for signing 080 calls; it is never shown again."""

    secret = fields.String(required=True)
