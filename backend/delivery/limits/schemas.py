"""What the edges take and give for the house's limits."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema

_MANY: dict[str, Any] = {
    "required": True,
    "strict": True,
    "allow_none": True,
    "validate": validate.Range(min=1, max=100),
}
_DAYS: dict[str, Any] = {"required": True, "strict": True, "validate": validate.Range(min=0, max=365)}


class ContactLimitsData(Schema):
    """How many commercial contacts a number gets in a day, week and month of its own calendar (null: no limit).

    After a complaint and a return nobody is contacted for so many days; the same content does not come again within
    `same_content_days` (0: none of it).
    """

    per_day = fields.Integer(**_MANY)
    per_week = fields.Integer(**_MANY)
    per_month = fields.Integer(**_MANY)
    complaint_days = fields.Integer(**_DAYS)
    return_days = fields.Integer(**_DAYS)
    same_content_days = fields.Integer(**_DAYS)


class ContactLimitsSetSchema(ContactLimitsData):
    """What somebody once set, and when."""

    set_at = Moment(required=True)
    staff = fields.String(attribute="staff.name", dump_default=None, allow_none=True)


class ContactLimitsSchema(ContactLimitsData):
    """What holds now, and what was set before, the last first."""

    history = fields.List(fields.Nested(ContactLimitsSetSchema), required=True)
