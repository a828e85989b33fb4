"""What the edges take and give for coupons."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.core.http import PageArgs
from backend.core.schemas import MAX_MINOR, Identifier, Moment, Schema, Text

KINDS = ("amount", "percent", "gift", "multiplier")
_LONGEST_LIST = 100_000
_PERCENT = 100
_GREATEST_MULTIPLIER = 1_000
_DAYS = 3_650
_CURRENCY = validate.Regexp(r"[A-Z]{3}\Z", error="Three capital letters (ISO 4217).")
_NEEDED = "This is needed here."


def _number(maximum: int = MAX_MINOR, **options: Any) -> fields.Integer:  # noqa: ANN401 - of the field
    return fields.Integer(strict=True, validate=validate.Range(min=1, max=maximum), **options)


class CouponData(Schema):
    """A coupon: `value` is minor units of `currency`, percent of the price, or percent of the points (200: twice)."""

    name = Text(max_length=120, required=True)
    name_latin = Text(max_length=120, load_default=None, blank=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    value = _number(load_default=None, allow_none=True)
    currency = fields.String(load_default=None, allow_none=True, validate=_CURRENCY)
    cap = _number(load_default=None, allow_none=True)
    least_spend = _number(load_default=None, allow_none=True)
    gift_sku = Text(max_length=40, load_default=None, blank=True)
    gift = Text(max_length=200, load_default=None, blank=True)
    audience = fields.String(required=True, validate=validate.OneOf(["anyone", "grade", "person"]))
    grade = Text(max_length=20, load_default=None, blank=True)
    business_unit = Text(max_length=40, load_default=None, blank=True)
    store = Text(max_length=40, load_default=None, blank=True)
    category = Text(max_length=80, load_default=None, blank=True)
    stacks = fields.Boolean(load_default=False)
    exclusion_group = Text(max_length=40, load_default=None, blank=True)
    starts_on = fields.Date(format="iso", required=True)
    ends_on = fields.Date(format="iso", load_default=None, allow_none=True)
    valid_days = _number(_DAYS, load_default=None, allow_none=True)
    per_member = _number(100, load_default=1, allow_none=True)

    @validates_schema
    def _whole(self, data: dict[str, Any], **_options: object) -> None:
        errors = {}
        kind, value = data.get("kind"), data.get("value") or 0
        if kind != "gift" and not value:
            errors["value"] = [_NEEDED]
        elif (kind == "percent" and value > _PERCENT) or (kind == "multiplier" and value > _GREATEST_MULTIPLIER):
            errors["value"] = ["This is more than it can be."]
        elif kind == "multiplier" and value <= _PERCENT:
            errors["value"] = ["Above 100: two hundred doubles the points."]
        if kind == "gift" and not (data.get("gift") or data.get("gift_sku")):
            errors["gift"] = [_NEEDED]
        money = kind == "amount" or data.get("cap") is not None or data.get("least_spend") is not None
        if money and data.get("currency") is None:
            errors["currency"] = [_NEEDED]
        if data.get("audience") == "grade" and not data.get("grade"):
            errors["grade"] = [_NEEDED]
        if data.get("ends_on") is not None and "starts_on" in data and data["ends_on"] < data["starts_on"]:
            errors["ends_on"] = ["This is before the first day."]
        if errors:
            raise ValidationError(errors)


class ProlongData(Schema):
    """The new last day."""

    ends_on = fields.Date(format="iso", required=True)


class CouponSchema(Schema):
    """A coupon; its codes begin with `number`. `state` is `draft`, `live` or `stopped`."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    value = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    cap = fields.Integer(required=True, allow_none=True)
    least_spend = fields.Integer(required=True, allow_none=True)
    gift_sku = fields.String(required=True, allow_none=True)
    gift = fields.String(required=True, allow_none=True)
    audience = fields.String(required=True)
    grade = fields.String(required=True, allow_none=True)
    business_unit = fields.String(attribute="business_unit.code", required=True, allow_none=True, dump_default=None)
    store = fields.String(attribute="store.code", required=True, allow_none=True, dump_default=None)
    category = fields.String(required=True, allow_none=True)
    stacks = fields.Boolean(required=True)
    exclusion_group = fields.String(required=True, allow_none=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    valid_days = fields.Integer(required=True, allow_none=True)
    per_member = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    live_at = Moment(required=True, allow_none=True)
    stopped_at = Moment(required=True, allow_none=True)


class CouponCountsSchema(Schema):
    """Codes of a coupon: `expired` are those that nobody used in time, `flagged` the uses that were no valid ones."""

    issued = fields.Integer(required=True)
    used = fields.Integer(required=True)
    expired = fields.Integer(required=True)
    flagged = fields.Integer(required=True)


class ListedCouponSchema(CouponSchema):
    """A coupon in the list, with how many codes of it there are."""

    codes = fields.Nested(CouponCountsSchema, required=True)


class CouponList(Schema):
    """Every coupon: live ones, drafts, stopped ones."""

    items = fields.List(fields.Nested(ListedCouponSchema), required=True)


class CouponSalesSchema(Schema):
    """Sales of a business unit in a currency that a coupon was used with, less what came back; money in minor units.

    `new` of them were a member's first, `returning` those of members who had bought before.
    """

    business_unit = fields.String(required=True)
    currency = fields.String(required=True)
    sales = fields.Integer(required=True)
    net = fields.Integer(required=True)
    discount = fields.Integer(required=True)
    new = fields.Integer(required=True)
    returning = fields.Integer(required=True)


class CouponReportSchema(Schema):
    """What a coupon came to."""

    codes = fields.Nested(CouponCountsSchema, required=True)
    sales = fields.List(fields.Nested(CouponSalesSchema), required=True)


class IssueData(Schema):
    """Codes to issue, under an id of the caller's: asked for twice, they are issued once.

    `to` `members` (their ids or card numbers), all of a `grade`, or `bearer` (`count` codes for whoever has them).
    """

    id = Identifier(required=True)
    to = fields.String(required=True, validate=validate.OneOf(["members", "grade", "bearer"]))
    members = fields.List(Text(max_length=64), load_default=list, validate=validate.Length(max=_LONGEST_LIST))
    grade = Text(max_length=20, load_default=None, blank=True)
    count = _number(_LONGEST_LIST, load_default=None, allow_none=True)

    @validates_schema
    def _named(self, data: dict[str, Any], **_options: object) -> None:
        field = {"members": "members", "grade": "grade", "bearer": "count"}.get(data.get("to", ""))
        if field is not None and not data.get(field):
            raise ValidationError({field: [_NEEDED]})


class CouponIssueSchema(Schema):
    """Codes that were asked for together: `issued` and `skipped` of `wanted` are done."""

    id = fields.String(required=True)
    coupon_id = fields.String(required=True)
    to = fields.String(required=True)
    grade = fields.String(required=True, allow_none=True)
    wanted = fields.Integer(required=True)
    issued = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    state = fields.String(required=True)
    asked_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    staff = fields.String(attribute="staff.name", required=True, allow_none=True, dump_default=None)


class CouponIssuePage(Schema):
    """A page of what was issued, the newest first."""

    items = fields.List(fields.Nested(CouponIssueSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class CodeArgs(PageArgs):
    """A page of codes, of one state when named."""

    state = fields.String(load_default=None, validate=validate.OneOf(["open", "used", "expired"]))


class CouponCodeSchema(Schema):
    """A code, whose it is, and what became of it: `open`, `used`, `expired` or `stopped`."""

    code = fields.String(required=True)
    customer_id = fields.String(required=True, allow_none=True)
    customer = fields.String(required=True, allow_none=True)
    issued_at = Moment(required=True)
    good_until = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True)
    sale_id = fields.String(required=True, allow_none=True)
    used_at = Moment(required=True, allow_none=True)
    worth = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)


class CouponCodePage(Schema):
    """A page of codes."""

    items = fields.List(fields.Nested(CouponCodeSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class CouponUseArgs(PageArgs):
    """A page of uses."""


class CouponUseSchema(Schema):
    """A use of a code that was no valid one, and why."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    sale_id = fields.String(required=True)
    used_at = Moment(required=True)
    flags = fields.List(fields.String(), required=True)


class CouponUsePage(Schema):
    """A page of uses that were flagged, the newest first."""

    items = fields.List(fields.Nested(CouponUseSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class HeldCouponSchema(CouponCodeSchema):
    """A code with what it is good for."""

    coupon = fields.Nested(CouponSchema, required=True)


class HeldCouponList(Schema):
    """A member's codes, the latest first."""

    items = fields.List(fields.Nested(HeldCouponSchema), required=True)
