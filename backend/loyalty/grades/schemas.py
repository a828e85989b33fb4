"""What the edges take and give for grades."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import MAX_MINOR, Moment, Schema, Text

_KINDS = ("enter", "raise", "grace", "keep", "fall")
_STATES = ("waiting", "computing", "ready", "applying", "applied", "discarded", "stopped", "failed")
_MOST = 10_000
_LONGEST = 120


def _count(most: int) -> Any:  # noqa: ANN401 - a field
    return fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=1, max=most))


class GradeData(Schema):
    """A grade: what entering takes (all that is named), what keeping takes (as entering, unless named), what it gives.

    What is not named stays as it is.
    """

    code = fields.String(
        validate=validate.Regexp(r"[a-z][a-z0-9_]{0,19}\Z", error="Small letters, digits and _, at most 20.")
    )
    name = Text(max_length=40)
    name_latin = Text(max_length=40, blank=True)
    rank = fields.Integer(strict=True, validate=validate.Range(min=0, max=100))
    top = fields.Boolean()
    invitation_only = fields.Boolean()
    spend = _count(MAX_MINOR)
    visits = _count(_MOST)
    units = _count(_MOST)
    keep_spend = _count(MAX_MINOR)
    keep_visits = _count(_MOST)
    keep_units = _count(_MOST)
    grace_months = fields.Integer(strict=True, validate=validate.Range(min=0, max=24))
    gift_points = _count(10**9)
    gift_unit = Text(max_length=40, blank=True)
    gift_months = _count(_LONGEST)


class GradeSchema(Schema):
    """A grade as it is."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)
    rank = fields.Integer(required=True)
    top = fields.Boolean(required=True)
    invitation_only = fields.Boolean(required=True)
    spend = fields.Integer(required=True, allow_none=True)
    visits = fields.Integer(required=True, allow_none=True)
    units = fields.Integer(required=True, allow_none=True)
    keep_spend = fields.Integer(required=True, allow_none=True)
    keep_visits = fields.Integer(required=True, allow_none=True)
    keep_units = fields.Integer(required=True, allow_none=True)
    grace_months = fields.Integer(required=True)
    gift_points = fields.Integer(required=True, allow_none=True)
    gift_unit = fields.String(attribute="gift_unit.code", required=True, allow_none=True, dump_default=None)
    gift_months = fields.Integer(required=True, allow_none=True)


class GradeProgrammeData(Schema):
    """What holds for all grades; what is not named stays."""

    months = fields.Integer(strict=True, validate=validate.Range(min=1, max=60))
    falls = fields.String(validate=validate.OneOf(["earned", "one_step"]))
    monthly = fields.String(validate=validate.OneOf(["off", "preview", "apply"]))


class GradeProgrammeSchema(Schema):
    """What holds for all grades."""

    months = fields.Integer(required=True)
    currency = fields.String(required=True)
    falls = fields.String(required=True)
    monthly = fields.String(required=True)


class GradeCountSchema(Schema):
    """How many members have a grade; null: none."""

    code = fields.String(required=True, allow_none=True)
    members = fields.Integer(required=True)


class GradesSchema(Schema):
    """Every grade, the lowest first, what holds for all, and how many members have which."""

    items = fields.List(fields.Nested(GradeSchema), required=True)
    programme = fields.Nested(GradeProgrammeSchema, required=True)
    members = fields.List(fields.Nested(GradeCountSchema), required=True)


class MoveSchema(Schema):
    """How many members go from one grade to another."""

    from_code = fields.String(required=True, allow_none=True)
    to_code = fields.String(required=True)
    members = fields.Integer(required=True)


class MovedSchema(Schema):
    """How members moved since a day."""

    since = fields.Date(required=True)
    moves = fields.List(fields.Nested(MoveSchema), required=True)


class MovedArgs(Schema):
    """Over how many months."""

    months = fields.Integer(load_default=12, validate=validate.Range(min=1, max=60))


class EvaluationData(Schema):
    """Of which day; purchases of the period that ends with it count."""

    as_of = fields.Date(format="iso", required=True)


class EvaluationSchema(Schema):
    """An evaluation: how far it is, and how many members it changes in which way."""

    id = fields.String(required=True)
    as_of = fields.Date(required=True)
    since = fields.Date(required=True)
    currency = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    moves = fields.List(fields.Nested(MoveSchema), required=True)
    asked_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


class EvaluationList(Schema):
    """The latest evaluations, the newest first."""

    items = fields.List(fields.Nested(EvaluationSchema), required=True)


class ProposalArgs(PageArgs):
    """A page of what an evaluation found, of one kind if named."""

    kind = fields.String(load_default=None, validate=validate.OneOf(_KINDS))


class ProposalSchema(Schema):
    """What an evaluation found for a member, with her figures of the period."""

    id = fields.String(required=True)
    customer_id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    from_code = fields.String(required=True, allow_none=True)
    to_code = fields.String(required=True)
    grace_until = fields.Date(required=True, allow_none=True)
    spend = fields.Integer(required=True)
    visits = fields.Integer(required=True)
    units = fields.Integer(required=True)
    state = fields.String(required=True)


class ProposalPage(Schema):
    """A page of what an evaluation found."""

    items = fields.List(fields.Nested(ProposalSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class NeedsSchema(Schema):
    """Spend in minor units, purchase days, business units; null takes nothing, 0: enough."""

    spend = fields.Integer(required=True, allow_none=True)
    visits = fields.Integer(required=True, allow_none=True)
    units = fields.Integer(required=True, allow_none=True)


class GradeNameSchema(Schema):
    """What a grade is called."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)


class GradeChangeSchema(Schema):
    """What became of a member's grade, when and why."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([*_KINDS, "invite"]))
    from_code = fields.String(required=True, allow_none=True)
    to_code = fields.String(required=True)
    from_grade = fields.Nested(GradeNameSchema, required=True, allow_none=True)
    to_grade = fields.Nested(GradeNameSchema, required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    gift_points = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    changed_at = Moment(required=True)


class MemberGradeSchema(Schema):
    """A member's grade: since when, what she bought within the period, what is missing to the next one, and history."""

    code = fields.String(required=True, allow_none=True)
    grade = fields.Nested(GradeNameSchema, required=True, allow_none=True)
    since = fields.Date(required=True, allow_none=True)
    grace_until = fields.Date(required=True, allow_none=True)
    invited = fields.Boolean(required=True)
    invited_until = fields.Date(required=True, allow_none=True)
    counted_since = fields.Date(required=True)
    currency = fields.String(required=True)
    figures = fields.Nested(NeedsSchema, required=True)
    next = fields.Nested(GradeSchema, required=True, allow_none=True)
    missing = fields.Nested(NeedsSchema, required=True, allow_none=True)
    reached = fields.Boolean(required=True, metadata={"description": "She has what the next grade takes"})
    missing_to_keep = fields.Nested(NeedsSchema, required=True, allow_none=True)
    changes = fields.List(fields.Nested(GradeChangeSchema), required=True)


class InvitationData(Schema):
    """A grade that is given by hand, for ever or until a day, and why."""

    grade = Text(max_length=20, required=True)
    until = fields.Date(format="iso", load_default=None, allow_none=True)
    reason = Text(max_length=200, required=True)
