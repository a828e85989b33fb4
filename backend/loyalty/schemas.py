"""What the edges take and give for points."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.core.http import PageArgs
from backend.core.schemas import Moment, Schema, Text

_HIGHEST_RATE = 10_000
_LONGEST = 120
_WEEK = 7


class EntryArgs(PageArgs):
    """A page of entries."""


class PointsEntrySchema(Schema):
    """An entry of the ledger: points that came or went, where, when and why."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    points = fields.Integer(required=True)
    occurred_at = Moment(required=True)
    unit = fields.String(attribute="business_unit.name", required=True)
    unit_latin = fields.String(attribute="business_unit.name_latin", required=True, allow_none=True)
    sale_id = fields.String(required=True, allow_none=True)
    partner = fields.String(attribute="transfer.partner.name", required=True, allow_none=True, dump_default=None)
    partner_latin = fields.String(
        attribute="transfer.partner.name_latin", required=True, allow_none=True, dump_default=None
    )
    reason = fields.String(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    by_rule = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Of what was earned, points by the id of the rule that gave them"},
    )


class PointsExpirySchema(Schema):
    """Points whose last day is `on`."""

    on = fields.Date(required=True)
    points = fields.Integer(required=True)


class PointsExtraSchema(Schema):
    """A rule that gave points beyond the usual; `card_issuer` is whose card it was for, if so."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    card_issuer = fields.String(required=True, allow_none=True)


class PointsPage(Schema):
    """A member's points: the balance `as_of` now, what expires next, and a page of entries, the newest first.

    `extras` are the rules of which entries of this page hold something beyond the usual.
    """

    balance = fields.Integer(required=True)
    as_of = Moment(required=True)
    expiring = fields.List(fields.Nested(PointsExpirySchema), required=True)
    items = fields.List(fields.Nested(PointsEntrySchema), required=True)
    extras = fields.List(fields.Nested(PointsExtraSchema), required=True)
    next = fields.String(allow_none=True)


class EarningRuleData(Schema):
    """What a sale earns where all that is named here is so; `rate` is points for 10,000 minor units of `currency`."""

    name = Text(max_length=120, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["base", "bonus"]))
    rate = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=_HIGHEST_RATE))
    currency = fields.String(
        load_default="KRW", validate=validate.Regexp(r"[A-Z]{3}\Z", error="Three capital letters (ISO 4217).")
    )
    cap = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=1, max=10**9))
    cap_month = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=1, max=10**9))
    valid_months = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=1, max=_LONGEST))
    business_unit = Text(max_length=40, blank=True)
    store = Text(max_length=40, blank=True)
    category = Text(max_length=80, blank=True)
    grade = Text(max_length=20, blank=True)
    card_issuer = Text(max_length=60, blank=True)
    weekdays = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=0, max=_WEEK - 1)),
        allow_none=True,
        validate=validate.Length(min=1, max=_WEEK),
        metadata={"description": "Days of the week, Monday is 0"},
    )
    starts_on = fields.Date(format="iso", required=True)
    ends_on = fields.Date(format="iso", allow_none=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_options: object) -> None:
        if data.get("ends_on") is not None and "starts_on" in data and data["ends_on"] < data["starts_on"]:
            raise ValidationError({"ends_on": ["This is before the first day."]})


class EarningRuleSchema(Schema):
    """A rule of what sales earn."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    rate = fields.Integer(required=True)
    currency = fields.String(required=True)
    cap = fields.Integer(required=True, allow_none=True)
    cap_month = fields.Integer(required=True, allow_none=True)
    valid_months = fields.Integer(required=True, allow_none=True)
    business_unit = fields.String(attribute="business_unit.code", required=True, allow_none=True, dump_default=None)
    store = fields.String(attribute="store.code", required=True, allow_none=True, dump_default=None)
    category = fields.String(required=True, allow_none=True)
    grade = fields.String(required=True, allow_none=True)
    card_issuer = fields.String(required=True, allow_none=True)
    weekdays = fields.List(fields.Integer(), required=True, allow_none=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    retired_at = Moment(required=True, allow_none=True)


class EarningRuleList(Schema):
    """Every rule, those in force first."""

    items = fields.List(fields.Nested(EarningRuleSchema), required=True)


class OutstandingPointsSchema(Schema):
    """Open points of a business unit that expire in a month, which `month` is the first day of; null for never."""

    business_unit = fields.String(required=True)
    month = fields.Date(required=True, allow_none=True)
    points = fields.Integer(required=True)
    lots = fields.Integer(required=True)


class SettledPointsSchema(Schema):
    """What a unit is owed (`net` above nothing) or owes: points of others taken here, own points taken elsewhere."""

    business_unit = fields.String(required=True)
    taken_here = fields.Integer(required=True)
    taken_elsewhere = fields.Integer(required=True)
    net = fields.Integer(required=True)


class PointsReportSchema(Schema):
    """Points that are outstanding by unit and month of expiry, what is owed, and what units owe each other."""

    outstanding = fields.List(fields.Nested(OutstandingPointsSchema), required=True)
    debt = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    settlement = fields.List(fields.Nested(SettledPointsSchema), required=True)
