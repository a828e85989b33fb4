"""What the edges take and give for partners."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate, validates

from backend.core.http import PageArgs
from backend.core.money import CURRENCIES
from backend.core.schemas import Moment, Schema, Text
from backend.customers import is_payment_card
from backend.loyalty.partners.rules import DIRECTIONS, KINDS

_CODE = validate.Regexp(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z",
    error="Use 1 to 40 letters a-z, digits, dots, dashes or underscores, beginning with a letter or digit.",
)
_ACCOUNT = validate.Regexp(r"[0-9A-Za-z-]{3,40}\Z", error="Use 3 to 40 letters a-z, digits and dashes.")
_MOST = 10**9
_RATIO: dict[str, Any] = {"strict": True, "required": True, "validate": validate.Range(min=1, max=1_000_000)}
_LIMIT: dict[str, Any] = {"strict": True, "allow_none": True, "validate": validate.Range(min=1, max=_MOST)}
_MONTHS: dict[str, Any] = {"strict": True, "allow_none": True, "validate": validate.Range(min=1, max=120)}
_POINTS: dict[str, Any] = {"strict": True, "required": True, "validate": validate.Range(min=1, max=_MOST)}
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_REFERENCE = 60
_ANSWERS = 500


class PartnerChange(Schema):
    """What to set; what is not named stays. Limits are own points, each way; null is without a limit."""

    name = Text(max_length=120)
    name_latin = Text(max_length=120, blank=True)
    business_unit = Text(max_length=40)
    issuer = Text(max_length=60, blank=True)
    most_at_once = fields.Integer(**_LIMIT)
    most_a_month = fields.Integer(**_LIMIT)
    valid_months = fields.Integer(**_MONTHS)
    state = fields.String(validate=validate.OneOf(["active", "stopped"]))


class PartnerData(Schema):
    """A partner; a `bank` says as which `issuer` its cards are kept."""

    code = Text(max_length=40, required=True, validate=_CODE)
    name = Text(max_length=120, required=True)
    name_latin = Text(max_length=120, blank=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    business_unit = Text(max_length=40, required=True)
    issuer = Text(max_length=60, blank=True)
    most_at_once = fields.Integer(**_LIMIT)
    most_a_month = fields.Integer(**_LIMIT)
    valid_months = fields.Integer(**_MONTHS)


class PartnerRateData(Schema):
    """`theirs` of the partner's points are `ours` of the own; whatever is left over is rounded down.

    `price` is what 1,000 own points cost between the houses, in minor units of `currency`.
    """

    direction = fields.String(required=True, validate=validate.OneOf(DIRECTIONS))
    starts_on = fields.Date(format="iso", required=True)
    theirs = fields.Integer(**_RATIO)
    ours = fields.Integer(**_RATIO)
    price = fields.Integer(strict=True, allow_none=True, load_default=None, validate=validate.Range(min=0, max=_MOST))
    currency = fields.String(load_default="KRW", validate=validate.OneOf(sorted(CURRENCIES)))


class PartnerRateSchema(Schema):
    """A rate."""

    id = fields.String(required=True)
    direction = fields.String(required=True)
    starts_on = fields.Date(required=True)
    theirs = fields.Integer(required=True)
    ours = fields.Integer(required=True)
    price = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True)


class PartnerKeySchema(Schema):
    """A key without its secret; one that does not `work` was withdrawn, or its data key is gone."""

    id = fields.String(required=True)
    created_at = Moment(required=True)
    last_used_at = Moment(required=True, allow_none=True)
    withdrawn_at = Moment(required=True, allow_none=True)
    works = fields.Boolean(required=True)


class IssuedKeySchema(PartnerKeySchema):
    """A key that was only just made, with its secret; this is the only time that it is told."""

    secret = fields.String(required=True)


class PartnerSchema(Schema):
    """A partner, with the rates that count today."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    business_unit = fields.String(required=True)
    issuer = fields.String(required=True, allow_none=True)
    most_at_once = fields.Integer(required=True, allow_none=True)
    most_a_month = fields.Integer(required=True, allow_none=True)
    valid_months = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    rate_in = fields.Nested(PartnerRateSchema, required=True, allow_none=True)
    rate_out = fields.Nested(PartnerRateSchema, required=True, allow_none=True)
    waiting = fields.Integer(required=True, metadata={"description": "Transfers to it that it has not answered"})


class PartnerList(Schema):
    """Every partner, those that are active first."""

    items = fields.List(fields.Nested(PartnerSchema), required=True)


class PartnerDetailSchema(PartnerSchema):
    """A partner with every rate that was ever set, the latest first, and its keys."""

    rates = fields.List(fields.Nested(PartnerRateSchema), required=True)
    keys = fields.List(fields.Nested(PartnerKeySchema), required=True)


class TransferOutData(Schema):
    """Points of a member to a partner, where she is known by `account`."""

    partner = Text(max_length=40, required=True)
    points = fields.Integer(**_POINTS)
    account = Text(max_length=40, required=True, validate=_ACCOUNT)
    reason = Text(max_length=200, required=True)

    @validates("account")
    def _no_payment_card(self, value: str, **_options: object) -> None:
        if is_payment_card(value):
            message = "This looks like the number of a payment card, which is not kept."
            raise ValidationError(message)


class TransferBackData(Schema):
    """Why a transfer is taken back."""

    reason = Text(max_length=200, required=True)


class PartnerTransferSchema(Schema):
    """A transfer: which way, how much of whose points, and what became of it."""

    id = fields.String(required=True)
    partner = fields.String(attribute="partner.code", required=True)
    partner_name = fields.String(attribute="partner.name", required=True)
    partner_name_latin = fields.String(attribute="partner.name_latin", required=True, allow_none=True)
    direction = fields.String(required=True)
    reference = fields.String(required=True)
    customer_id = fields.String(required=True, allow_none=True)
    account = fields.String(required=True, allow_none=True)
    theirs = fields.Integer(required=True)
    ours = fields.Integer(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    happened_on = fields.Date(required=True)
    asked_at = Moment(required=True)
    collected_at = Moment(required=True, allow_none=True)
    decided_at = Moment(required=True, allow_none=True)


class TransferArgs(PageArgs):
    """A page of a partner's transfers."""

    state = fields.String(load_default=None, validate=validate.OneOf(["asked", "done", "refused", "reversed"]))


class PartnerTransferPage(Schema):
    """A page of transfers, the newest first."""

    items = fields.List(fields.Nested(PartnerTransferSchema), required=True)
    next = fields.String(allow_none=True)


class PartnerTransferList(Schema):
    """A member's latest transfers, the newest first."""

    items = fields.List(fields.Nested(PartnerTransferSchema), required=True)


class TransferInData(Schema):
    """A transfer as the partner tells it: `points` of its own, for the member whose card it is."""

    reference = Text(max_length=_REFERENCE, required=True)
    card = Text(max_length=40, required=True)
    points = fields.Integer(**_POINTS)
    on = fields.Date(format="iso", required=True)


class TakenSchema(Schema):
    """What was given for it: `done`, or `again` where it had been done before."""

    reference = fields.String(required=True)
    outcome = fields.String(required=True)
    points = fields.Integer(required=True, attribute="ours")


class OutgoingSchema(Schema):
    """A transfer to the partner: so many of its points for the account."""

    reference = fields.String(required=True)
    account = fields.String(required=True, allow_none=True)
    points = fields.Integer(required=True, attribute="theirs")
    on = fields.Date(required=True, attribute="booked_on")


class OutgoingList(Schema):
    """What the partner has not answered yet, the oldest first; at most 500."""

    items = fields.List(fields.Nested(OutgoingSchema), required=True)


class AnswerData(Schema):
    """What became of one transfer."""

    reference = Text(max_length=_REFERENCE, required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["done", "refused"]))
    reason = Text(max_length=200, blank=True, load_default=None)


class AnswersData(Schema):
    """What became of transfers to the partner."""

    items = fields.List(fields.Nested(AnswerData), required=True, validate=validate.Length(min=1, max=_ANSWERS))


class AnsweredSchema(Schema):
    """What became of an answer: `done`, `refused`, `again`, or `unknown` and why."""

    reference = fields.String(required=True)
    outcome = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)


class AnsweredList(Schema):
    """In the order of the answers."""

    items = fields.List(fields.Nested(AnsweredSchema), required=True)


class StatementArgs(Schema):
    """Which month: `2026-11`."""

    month = fields.String(required=True, validate=validate.Regexp(_MONTH.pattern + r"\Z", error="A month: 2026-11."))


class StatementLineSchema(Schema):
    """All transfers of one way and rate, or what of them went back in the month; `owed` by the partner."""

    direction = fields.String(required=True)
    back = fields.Boolean(required=True)
    rate_theirs = fields.Integer(required=True)
    rate_ours = fields.Integer(required=True)
    count = fields.Integer(required=True)
    theirs = fields.Integer(required=True)
    ours = fields.Integer(required=True)
    price = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True)
    owed = fields.Integer(required=True, allow_none=True)


class StatementUnitSchema(Schema):
    """Own points of a business unit that came in, and that went out."""

    business_unit = fields.String(required=True)
    came_in = fields.Integer(required=True)
    went_out = fields.Integer(required=True)


class PartnerStatementSchema(Schema):
    """A month with a partner; `net` is what it owes the house by currency, below nothing what the house owes it."""

    partner = fields.String(required=True)
    month = fields.Date(required=True)
    lines = fields.List(fields.Nested(StatementLineSchema), required=True)
    units = fields.List(fields.Nested(StatementUnitSchema), required=True)
    net = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
