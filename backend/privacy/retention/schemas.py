"""What the edges take and give for retention."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema


class RunSchema(Schema):
    """One application of a rule; `finished_at` is null while the worker is at it."""

    id = fields.String(required=True)
    before = Moment(required=True)
    taken = fields.Integer(required=True)
    started_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)


class StandingSchema(Schema):
    """A rule, for how many months it keeps (null: off), and what it would take now."""

    name = fields.String(required=True)
    title_ko = fields.String(required=True)
    title_en = fields.String(required=True)
    least_months = fields.Integer(required=True)
    months = fields.Integer(required=True, allow_none=True)
    before = Moment(required=True, allow_none=True)
    count = fields.Integer(required=True)
    oldest = Moment(required=True, allow_none=True)
    sample = fields.List(fields.String(), required=True)
    last_run = fields.Nested(RunSchema, required=True, allow_none=True)


class StandingsSchema(Schema):
    """Every rule."""

    items = fields.List(fields.Nested(StandingSchema), required=True)


class MonthsData(Schema):
    """For how many months a rule keeps; null switches it off."""

    months = fields.Integer(required=True, strict=True, allow_none=True, validate=validate.Range(min=1, max=1200))
