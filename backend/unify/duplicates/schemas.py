"""What the edges take and give for duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema
from backend.customers import masked_phone
from backend.unify.duplicates.weights import HIGHEST_AUTOMATIC, LOWEST_AUTOMATIC

if TYPE_CHECKING:
    from backend.customers import Customer


def _masked(customer: Customer) -> str | None:
    return masked_phone(customer.phone)


class ReasonSchema(Schema):
    """One part of a score: a field, how it agrees, and the weight of that in tenths of a bit. Never a value."""

    field = fields.String(required=True)
    agreement = fields.String(required=True)
    weight = fields.Integer(required=True)


class StoreCode(Schema):
    """A store, of which its code is told."""

    code = fields.String(required=True)


class CardNumber(Schema):
    """A card, of which its number is told."""

    number = fields.String(required=True)


class PairMemberSchema(Schema):
    """A member of a pair, as a person compares the two: the phone is masked."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)
    phone = fields.Function(_masked, metadata={"type": ["string", "null"]})
    birth_date = fields.Date(required=True, allow_none=True)
    sex = fields.String(required=True, allow_none=True)
    nationality = fields.String(required=True, allow_none=True)
    district = fields.String(required=True, allow_none=True)
    home_store = fields.Pluck(StoreCode, "code", required=True, allow_none=True)
    memo = fields.String(required=True, allow_none=True)
    cards = fields.Pluck(CardNumber, "number", many=True, required=True)
    created_at = Moment(required=True)


class PairSchema(Schema):
    """Two members who may be one; `score` is the sum of the reasons' weights."""

    id = fields.String(required=True)
    first = fields.Nested(PairMemberSchema, required=True)
    second = fields.Nested(PairMemberSchema, required=True)
    score = fields.Integer(required=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    found_at = Moment(required=True)
    decision = fields.String(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)


class PairPage(Schema):
    """A page of pairs, the surest first."""

    items = fields.List(fields.Nested(PairSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class SettingsData(Schema):
    """From which score two members are one without a question."""

    automatic_threshold = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=LOWEST_AUTOMATIC, max=HIGHEST_AUTOMATIC)
    )


class SettingsSchema(Schema):
    """The thresholds, and between what the automatic one may be set."""

    automatic_threshold = fields.Integer(required=True)
    review_threshold = fields.Integer(required=True)
    lowest_automatic = fields.Integer(required=True)
    highest_automatic = fields.Integer(required=True)
