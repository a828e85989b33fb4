"""/customers/ID/points and /points."""

from __future__ import annotations

from typing import Any

from backend.core import audit, clock
from backend.core.db import run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint, page
from backend.customers import get_customer
from backend.loyalty import access, earning_rules, reports
from backend.loyalty.models import EarningRule, PointsEntry
from backend.loyalty.schemas import (
    EarningRuleData,
    EarningRuleList,
    EarningRuleSchema,
    EntryArgs,
    PointsPage,
    PointsReportSchema,
)
from backend.organization import StaffRole, current_actor, require_staff

blueprint = Blueprint("loyalty", __name__, description="Points")


@blueprint.route("/customers/<customer_id>/points")
@blueprint.arguments(EntryArgs, location="query")
@blueprint.response(200, PointsPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def list_points(args: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """A member's points: balance, what expires next, and what happened, the newest first; the view is recorded."""
    require_staff()
    actor, now = current_actor(), get_customer(customer_id).id
    with unit_of_work(synced=False):
        query = access.entries(now)
        items, after = page(query, keys=(PointsEntry.occurred_at, PointsEntry.id), args=args, newest_first=True)
        extras = access.extras(items)
        expiring = [{"on": day, "points": int(points)} for day, points in access.expiring(now)]
        audit.record_access(actor, customer_id=now, what="points")
    about = {"balance": access.shown_balance(now), "as_of": clock.now(), "expiring": expiring}
    return about | {"items": items, "extras": extras, "next": after}


@blueprint.route("/points/rules")
@blueprint.response(200, EarningRuleList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
def list_rules() -> dict[str, Any]:
    """What sales earn: every rule, those in force first."""
    require_staff(StaffRole.MARKETER, StaffRole.ADMIN)
    return {"items": earning_rules.all_rules()}


@blueprint.route("/points/rules", methods=["POST"])
@blueprint.arguments(EarningRuleData)
@blueprint.response(201, EarningRuleSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def post_rule(data: dict[str, Any]) -> EarningRule:
    """Have sales earn by another rule, from its first day on."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return access.rule(run_in_unit_of_work(lambda: earning_rules.add(data, acting_staff=actor)))


@blueprint.route("/points/rules/<rule_id>/retire", methods=["POST"])
@blueprint.response(200, EarningRuleSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such rule")
def retire_rule(rule_id: str) -> EarningRule:
    """Have new sales earn by this rule no longer; what it gave stays."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: earning_rules.retire(rule_id, acting_staff=actor))
    return access.rule(rule_id)


@blueprint.route("/points/report")
@blueprint.response(200, PointsReportSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
def get_report() -> dict[str, Any]:
    """Points outstanding by business unit and month of expiry, and what units owe each other for them."""
    require_staff(StaffRole.MARKETER, StaffRole.ADMIN)
    return reports.report()
