"""What the edges take and give for segments."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text
from backend.customers import masked_phone
from backend.segments.counting import BREAKDOWNS

KINDS = ("rule", "list")
STATES = ("live", "archived")
_MOST_NAMED = 100_000


class SegmentArgs(PageArgs):
    """Which segments, and what their name contains."""

    state = fields.String(load_default="live", validate=validate.OneOf(STATES))
    name = fields.String(load_default=None, validate=validate.Length(min=1, max=60))


class SegmentData(Schema):
    """A segment: one by a rule has its tree in `rule`; to change it, `version` is the one that was read."""

    name = Text(max_length=120, required=True)
    kind = fields.String(load_default="rule", validate=validate.OneOf(KINDS))
    rule = fields.Raw(load_default=None, allow_none=True, metadata={"type": "object", "nullable": True})
    note = Text(max_length=400, blank=True, load_default=None)
    watched = fields.Boolean(load_default=False)
    version = fields.Integer(load_default=1, validate=validate.Range(min=1))

    @validates_schema
    def _rule_of_its_kind(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - as marshmallow has it
        if (data["kind"] == "rule") != (data["rule"] is not None):
            message = "A segment of the kind rule has a rule, a list has none."
            raise ValidationError(message, "rule")


class SegmentSchema(Schema):
    """A segment. `members` were in it at `counted_at`; None before anybody counted."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(required=True)
    note = fields.String(required=True, allow_none=True)
    watched = fields.Boolean(required=True)
    members = fields.Integer(required=True, allow_none=True)
    counted_at = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class SegmentSentenceSchema(Schema):
    """A rule as a sentence."""

    ko = fields.String(required=True)
    en = fields.String(required=True)


class SegmentDetailSchema(SegmentSchema):
    """A segment with its rule as it is now."""

    rule = fields.Raw(required=True, allow_none=True, metadata={"type": "object", "nullable": True})
    sentence = fields.Nested(SegmentSentenceSchema, required=True)


class SegmentPage(Schema):
    """One page of segments."""

    items = fields.List(fields.Nested(SegmentSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class SegmentVersionSchema(Schema):
    """A rule as it was."""

    number = fields.Integer(required=True)
    rule = fields.Raw(required=True, metadata={"type": "object"})
    sentence = fields.Nested(SegmentSentenceSchema, required=True)
    created_by = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)


class SegmentVersionList(Schema):
    """The versions of a segment's rule, the newest first."""

    items = fields.List(fields.Nested(SegmentVersionSchema), required=True)


class ConditionList(Schema):
    """The conditions of the rule language; see `backend/segments/README.md`."""

    items = fields.List(fields.Dict(keys=fields.String()), required=True)


class RuleData(Schema):
    """A rule that need not be saved."""

    rule = fields.Raw(required=True, metadata={"type": "object"})


class ReachData(RuleData):
    """Whom `sender` (a business unit's code) may reach of them."""

    sender = fields.String(required=True, validate=validate.Length(max=40))
    channel = fields.String(load_default="sms", validate=validate.OneOf(["sms", "call"]))


class OverlapData(RuleData):
    """Another segment to compare with."""

    segment_id = Identifier(required=True)


class BreakdownData(RuleData):
    """What to spread them over."""

    by = fields.String(required=True, validate=validate.OneOf(BREAKDOWNS))


class FigureSchema(Schema):
    """How many a rule means: exactly, or by a sample, with 95 % certainty from `low` to `high`."""

    members = fields.Integer(required=True)
    low = fields.Integer(required=True)
    high = fields.Integer(required=True)
    exact = fields.Boolean(required=True)
    sentence = fields.Nested(SegmentSentenceSchema, required=True)


class ReasonCountSchema(Schema):
    """How many may not be reached for one reason, with a sentence in the languages of the desk."""

    reason = fields.String(required=True)
    members = fields.Integer(required=True)
    text = fields.Nested(SegmentSentenceSchema, required=True)


class ReachSchema(Schema):
    """How many may be reached, and why the others may not."""

    reachable = fields.Integer(required=True)
    reasons = fields.List(fields.Nested(ReasonCountSchema), required=True)


class SegmentMemberSchema(Schema):
    """A member of a segment, her number masked."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.Function(lambda each: masked_phone(each.phone), required=True)
    district = fields.String(required=True, allow_none=True)
    grade = fields.Function(lambda each: each.facts.grade if each.facts else None, required=True)
    points = fields.Function(lambda each: each.facts.points if each.facts else 0, required=True)
    last_purchase_on = fields.Function(
        lambda each: each.facts.last_purchase_on.isoformat() if each.facts and each.facts.last_purchase_on else None,
        required=True,
    )


class SegmentMemberList(Schema):
    """Some whom a rule means."""

    items = fields.List(fields.Nested(SegmentMemberSchema), required=True)


class SegmentMemberPage(SegmentMemberList):
    """One page of a segment's members."""

    next = fields.String(required=True, allow_none=True)


class OverlapSchema(Schema):
    """How many are in both, only in the first, only in the other."""

    both = fields.Integer(required=True)
    only_here = fields.Integer(required=True)
    only_there = fields.Integer(required=True)


class SpreadSchema(Schema):
    """How many have one thing in common; None: it is not known of them."""

    key = fields.Raw(required=True, allow_none=True)
    members = fields.Integer(required=True)


class SpreadList(Schema):
    """The largest groups first."""

    items = fields.List(fields.Nested(SpreadSchema), required=True)


class NamedData(Schema):
    """Members by ids, card numbers or phones; or everybody whom a rule means now."""

    members = fields.List(
        fields.String(validate=validate.Length(min=1, max=60)),
        load_default=list,
        validate=validate.Length(max=_MOST_NAMED),
    )
    rule = fields.Raw(load_default=None, allow_none=True, metadata={"type": "object", "nullable": True})

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_: Any) -> None:  # noqa: ANN401 - as marshmallow has it
        if bool(data["members"]) == (data["rule"] is not None):
            message = "Name members, or give a rule."
            raise ValidationError(message, "members")


class TakenOutData(Schema):
    """Members to take off a list, by their ids."""

    members = fields.List(Identifier(), required=True, validate=validate.Length(min=1, max=_MOST_NAMED))


class ChangedSchema(Schema):
    """How many it changed something for."""

    members = fields.Integer(required=True)


class SegmentMoveSchema(Schema):
    """Somebody entered or left."""

    customer_id = fields.String(required=True)
    entered = fields.Boolean(required=True)
    moved_at = Moment(required=True)


class SegmentMovePage(Schema):
    """One page of who entered and left, the newest first."""

    items = fields.List(fields.Nested(SegmentMoveSchema), required=True)
    next = fields.String(required=True, allow_none=True)
