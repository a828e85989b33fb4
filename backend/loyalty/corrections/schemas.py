"""What the edges take and give for corrections."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from backend.core import clock
from backend.core.http import PageArgs
from backend.core.schemas import Moment, Schema, Text

_MOST = 10**8


def _something(value: int) -> None:
    if not value:
        message = "There is nothing to add or take."
        raise ValidationError(message)


def _to_come(value: object) -> None:
    if str(value) < clock.now().date().isoformat():
        message = "This day is over."
        raise ValidationError(message)


class CorrectionData(Schema):
    """Points to give (positive) or take. `business_unit` is whose they are; a manager's is the own one."""

    points = fields.Integer(strict=True, required=True, validate=[validate.Range(min=-_MOST, max=_MOST), _something])
    reason = Text(max_length=200, required=True)
    business_unit = Text(max_length=40, blank=True)
    expires_on = fields.Date(format="iso", allow_none=True, load_default=None, validate=_to_come)


class CorrectionAnswer(Schema):
    """What a second person says to it."""

    approved = fields.Boolean(required=True)
    note = Text(max_length=200, blank=True, load_default=None)


class CorrectionSchema(Schema):
    """A correction: who asked for what and why, and what became of it; `mine` where whoever looks asked for it."""

    id = fields.String(required=True)
    customer_id = fields.String(required=True)
    customer_name = fields.String(required=True)
    points = fields.Integer(required=True)
    balance = fields.Integer(required=True)
    unit = fields.String(attribute="business_unit.name", required=True)
    unit_latin = fields.String(attribute="business_unit.name_latin", required=True, allow_none=True)
    reason = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True)
    asked_by = fields.String(attribute="asker.name", required=True, allow_none=True, dump_default=None)
    asked_at = Moment(required=True)
    decided_by = fields.String(attribute="decider.name", required=True, allow_none=True, dump_default=None)
    decided_at = Moment(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    undoes_id = fields.String(required=True, allow_none=True)
    undone = fields.Boolean(required=True)
    mine = fields.Boolean(required=True)


class CorrectionArgs(PageArgs):
    """A page of corrections."""

    state = fields.String(
        load_default="waiting", validate=validate.OneOf(["waiting", "applied", "declined", "withdrawn"])
    )


class CorrectionPage(Schema):
    """A page of corrections, the newest first; `limit`: how many points whoever asks corrects alone today."""

    items = fields.List(fields.Nested(CorrectionSchema), required=True)
    next = fields.String(allow_none=True)
    limit = fields.Integer(required=True)
