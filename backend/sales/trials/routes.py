"""/points/trials."""

from __future__ import annotations

from typing import Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.loyalty import EarningRuleData
from backend.organization import StaffRole, current_actor, require_staff
from backend.sales.trials import service
from backend.sales.trials.schemas import TrialSchema, trial_view

blueprint = Blueprint("trials", __name__, description="Trials of earning rules")

_ROLES = (StaffRole.MARKETER, StaffRole.ADMIN)


@blueprint.route("/points/trials", methods=["POST"])
@blueprint.arguments(EarningRuleData)
@blueprint.response(202, TrialSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
def post_trial(data: dict[str, Any]) -> dict[str, Any]:
    """Ask what this rule would have done to last month's sales, as if it had been live all the month."""
    require_staff(*_ROLES)
    actor = current_actor()
    trial_id = run_in_unit_of_work(lambda: service.ask(data, acting_staff=actor))
    return trial_view(service.find(trial_id))


@blueprint.route("/points/trials/<trial_id>")
@blueprint.response(200, TrialSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
@blueprint.alt_response(404, description="No such trial")
def get_trial(trial_id: str) -> dict[str, Any]:
    """How far a trial is, and what came of it."""
    require_staff(*_ROLES)
    return trial_view(service.find(trial_id))


@blueprint.route("/points/trials/<trial_id>/stop", methods=["POST"])
@blueprint.response(200, TrialSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
@blueprint.alt_response(404, description="No such trial")
def stop_trial(trial_id: str) -> dict[str, Any]:
    """End a trial; one that is ready stays so."""
    require_staff(*_ROLES)
    run_in_unit_of_work(lambda: service.stop(trial_id))
    return trial_view(service.find(trial_id))
