"""What the edges take and give for the programme."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from backend.core.schemas import Schema

_MOST_POINTS = 10**9
_LONGEST = 180
_LIMIT: dict[str, Any] = {"strict": True, "allow_none": True, "validate": validate.Range(min=0, max=_MOST_POINTS)}


class ProgrammeData(Schema):
    """What to set; what is not named stays.

    A tablet takes points that the server has not heard of yet up to the `offline_…` limits: with one sale, from one
    member, and in all (null: without a limit, 0: none). Members hear of `notice_least` points or more `notice_days`
    before they expire (null: nobody does). A manager or an admin corrects up to `…_alone` points of a member by hand in
    a day; more waits for a second person.
    """

    offline_per_sale = fields.Integer(**_LIMIT)
    offline_per_member = fields.Integer(**_LIMIT)
    offline_per_lease = fields.Integer(**_LIMIT)
    notice_days = fields.Integer(strict=True, allow_none=True, validate=validate.Range(min=1, max=_LONGEST))
    notice_least = fields.Integer(strict=True, validate=validate.Range(min=1, max=_MOST_POINTS))
    manager_alone = fields.Integer(strict=True, validate=validate.Range(min=0, max=_MOST_POINTS))
    admin_alone = fields.Integer(strict=True, validate=validate.Range(min=0, max=_MOST_POINTS))


class ProgrammeSchema(Schema):
    """The settings as they stand."""

    offline_per_sale = fields.Integer(required=True, allow_none=True)
    offline_per_member = fields.Integer(required=True, allow_none=True)
    offline_per_lease = fields.Integer(required=True, allow_none=True)
    notice_days = fields.Integer(required=True, allow_none=True)
    notice_least = fields.Integer(required=True)
    manager_alone = fields.Integer(required=True)
    admin_alone = fields.Integer(required=True)
