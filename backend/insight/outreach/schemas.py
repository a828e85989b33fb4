"""What the edges take and give for outcomes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text
from backend.delivery import Skipped, verdict_view
from backend.insight.outreach.rules import PROBLEMS, REST_DAYS


class OutreachData(Schema):
    """What came of asking a member (`outreach.record`); `reason` belongs to the outcome `problem`."""

    customer_id = Identifier(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(tuple(REST_DAYS)))
    reason = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(PROBLEMS))
    note = Text(max_length=1000, multiline=True, blank=True, load_default=None)
    occurred_at = Moment(required=True)

    @validates_schema
    def _reason_of_a_problem(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - as marshmallow has it
        if (data["outcome"] == "problem") != (data["reason"] is not None):
            message = "A problem has a reason, and nothing else does."
            raise ValidationError(message, "reason")


class TakeBackData(Schema):
    """An outcome that was recorded by mistake (`outreach.take_back`)."""

    outreach_id = Identifier(required=True)


class OutreachArgs(PageArgs):
    """Of which store (its code); an admin sees all without one."""

    store = fields.String(load_default=None, validate=validate.Length(max=20))


class OutreachSchema(Schema):
    """What came of asking a member. `stake` is what was at stake then, in minor units of `currency`."""

    id = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(tuple(REST_DAYS)))
    reason = fields.String(required=True, allow_none=True, validate=validate.OneOf(PROBLEMS))
    note = fields.String(required=True, allow_none=True)
    occurred_at = Moment(required=True)
    staff = fields.String(attribute="staff.name", allow_none=True, required=True, dump_default=None)
    store = fields.String(required=True, attribute="store.code")
    rests_until = fields.Date(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(("allowed", "held", "skipped")))
    verdict_text = fields.Function(
        lambda said: verdict_view(Skipped(said.verdict_reason))["reason_text"] if said.verdict != "allowed" else None,
        metadata={"type": "string", "nullable": True},
    )
    chance = fields.Integer(attribute="listed.chance", allow_none=True, required=True, dump_default=None)
    stake = fields.Integer(attribute="listed.stake", allow_none=True, required=True, dump_default=None)
    currency = fields.String(attribute="listed.currency", allow_none=True, required=True, dump_default=None)


class OutreachPage(Schema):
    """A page of outcomes of one member, the newest first."""

    items = fields.List(fields.Nested(OutreachSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class StoreOutreachSchema(OutreachSchema):
    """The same with whom it was about."""

    customer_id = fields.String(required=True)
    customer = fields.String(required=True, attribute="customer.name")


class StoreOutreachPage(Schema):
    """A page of a store's outcomes, the newest first."""

    items = fields.List(fields.Nested(StoreOutreachSchema), required=True)
    next = fields.String(required=True, allow_none=True)
