"""What the edges take and give for sales."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import MAX_MINOR, Moment, Schema, Text, whole_number
from backend.customers import shown_words

_MAX_LINES = 500
_WORDS = {"type": ["string", "null"], "description": "Null for marketers"}
_MAX_COUPONS = 20


class LineData(Schema):
    """One article: `amount` is what was paid for the whole line, `discount` what was taken off it, in minor units.

    Any number is read: a sale that happened is taken, and what is odd about it is flagged.
    """

    sku = Text(max_length=40, required=True)
    quantity = whole_number(required=True)
    amount = whole_number(required=True)
    unit_price = whole_number(allow_none=True)
    discount = whole_number(load_default=0)


class TripData(Schema):
    """The flight that the goods leave with."""

    flight = Text(max_length=12, required=True)
    departs_at = Moment(required=True)


def _total_fits(lines: list[dict[str, Any]]) -> None:
    if abs(sum(line["amount"] for line in lines)) > MAX_MINOR:
        message = "The total is out of range."
        raise ValidationError(message)


class SaleData(Schema):
    """A sale (`sale.log`)."""

    customer_id = Text(max_length=64, required=True, allow_none=True)
    store = Text(max_length=40, blank=True)
    lines = fields.List(
        fields.Nested(LineData), required=True, validate=[validate.Length(min=1, max=_MAX_LINES), _total_fits]
    )
    currency = fields.String(
        required=True, validate=validate.Regexp(r"[A-Z]{3}\Z", error="Three capital letters (ISO 4217).")
    )
    points_redeemed = whole_number(minimum=0, load_default=0)
    coupons = fields.List(Text(max_length=60), load_default=list, validate=validate.Length(max=_MAX_COUPONS))
    occurred_at = Moment(required=True)
    trip = fields.Nested(TripData, allow_none=True)
    note = Text(max_length=4000, blank=True, multiline=True)


class ReturnLineData(Schema):
    """How many articles of a line came back; lines count from 0."""

    line = whole_number(required=True)
    quantity = whole_number(required=True)


class ReturnData(Schema):
    """A return (`sale.return`). As of a sale, what can be read is taken and what is odd about it flagged."""

    sale_id = Text(max_length=64, required=True)
    lines = fields.List(fields.Nested(ReturnLineData), required=True, validate=validate.Length(min=1, max=_MAX_LINES))
    reason = Text(max_length=4000, required=True, blank=True, multiline=True)
    occurred_at = Moment(required=True)


class ListArgs(PageArgs):
    """A page of sales, of one customer or one store when named."""

    customer = fields.String(load_default=None, validate=validate.Length(max=64))
    store = fields.String(load_default=None, validate=validate.Length(max=40))
    flagged = fields.String(
        load_default=None,
        validate=validate.OneOf(["open", "reviewed"]),
        metadata={"description": "Flagged sales only (manager: the store's, admin): to be looked at, or looked at"},
    )


class ReviewData(Schema):
    """What whoever looked at a flagged sale found."""

    note = Text(max_length=400, load_default=None, blank=True)


class AttentionSchema(Schema):
    """How much waits for the person who asks; nothing does for those who are neither manager nor admin."""

    conflicts = fields.Integer(required=True)
    sales = fields.Integer(required=True)
    corrections = fields.Integer(required=True)


class SaleLineSchema(Schema):
    """A line as it is kept."""

    line = fields.Integer(attribute="position")
    sku = fields.String()
    name = fields.String(attribute="product.name", allow_none=True)
    quantity = fields.Integer()
    amount = fields.Integer()
    unit_price = fields.Integer(allow_none=True)
    discount = fields.Integer()
    returned = fields.Integer(metadata={"description": "How many articles of it came back"})


class ReturnedLineSchema(Schema):
    """How many articles of a line came back."""

    line = fields.Integer()
    quantity = fields.Integer()


class ReturnSchema(Schema):
    """Articles of a sale that came back."""

    id = fields.String()
    store = fields.String(attribute="store.code")
    staff = fields.String(attribute="staff.name", allow_none=True)
    reason = fields.Function(lambda each: shown_words(each.reason), metadata=_WORDS)
    occurred_at = Moment()
    received_at = Moment()
    business_day = fields.Date()
    flags = fields.List(fields.String())
    lines = fields.List(fields.Nested(ReturnedLineSchema))


class ListedSaleSchema(Schema):
    """A sale in a list. `total` is what was sold, `returned` what came back of it, `net` what is left."""

    id = fields.String()
    total = fields.Integer()
    returned = fields.Integer()
    net = fields.Integer()
    currency = fields.String()
    occurred_at = Moment()
    business_day = fields.Date()
    store = fields.String(attribute="store.code")
    unit = fields.String(attribute="store.business_unit.name")
    unit_latin = fields.String(attribute="store.business_unit.name_latin", allow_none=True)
    customer_id = fields.String(allow_none=True)
    customer = fields.String(attribute="customer.name", allow_none=True)
    flags = fields.List(fields.String())
    reviewed_at = Moment(allow_none=True)
    review_note = fields.Function(lambda sale: shown_words(sale.review_note), metadata=_WORDS)


class SaleSchema(ListedSaleSchema):
    """A sale with its lines."""

    discount = fields.Integer()
    rate = fields.String(allow_none=True)
    points_redeemed = fields.Integer()
    coupons = fields.Function(lambda sale: [coupon.code for coupon in sale.coupons], metadata={"type": "array"})
    received_at = Moment()
    flight = fields.String(allow_none=True)
    departs_at = Moment(allow_none=True)
    note = fields.Function(lambda sale: shown_words(sale.note), metadata=_WORDS)
    staff = fields.String(attribute="staff.name", allow_none=True)
    lines = fields.List(fields.Nested(SaleLineSchema))
    returns = fields.List(fields.Nested(ReturnSchema))


class SalePage(Schema):
    """A page of sales, the newest first."""

    items = fields.List(fields.Nested(ListedSaleSchema))
    next = fields.String(allow_none=True)
