"""What the edges give for trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import fields, validate

from backend.core.schemas import Schema
from backend.organization import business_units

if TYPE_CHECKING:
    from backend.sales.trials.models import RuleTrial


class TrialUnitSchema(Schema):
    """Points of a business unit's sales by the live rules, and with the new one."""

    business_unit = fields.String(required=True)
    points_now = fields.Integer(required=True)
    points_then = fields.Integer(required=True)


class TrialResultSchema(Schema):
    """What last month's sales earned by the live rules (`points_now`) and would have with the new one (`points_then`).

    `paid` is what was paid for all of them, in minor units of the rule's currency.
    """

    sales = fields.Integer(required=True)
    members = fields.Integer(required=True)
    sales_gaining = fields.Integer(required=True)
    members_gaining = fields.Integer(required=True)
    paid = fields.Integer(required=True)
    points_now = fields.Integer(required=True)
    points_then = fields.Integer(required=True)
    units = fields.List(fields.Nested(TrialUnitSchema), required=True)


class TrialSchema(Schema):
    """A trial: `sales` of `total` were looked at."""

    id = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["waiting", "running", "ready", "stopped", "failed"]))
    sales = fields.Integer(required=True)
    total = fields.Integer(required=True)
    result = fields.Nested(TrialResultSchema, required=True, allow_none=True)


def trial_view(trial: RuleTrial) -> dict[str, Any]:
    """A trial as `TrialSchema` shows it, units by their codes."""
    result = None
    if trial.result is not None:
        codes = {unit.id: unit.code for unit in business_units()}
        units = [
            {"business_unit": codes[unit_id], "points_now": now, "points_then": then}
            for unit_id, (now, then) in trial.result["units"].items()
        ]
        result = trial.result | {"units": units}
    shown = ("id", "since", "until", "state", "sales", "total")
    return {name: getattr(trial, name) for name in shown} | {"result": result}
