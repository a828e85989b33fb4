"""/retention."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.organization import StaffRole, current_actor, require_staff
from backend.privacy.retention import schemas, service

if TYPE_CHECKING:
    from backend.core.audit import Actor

blueprint = Blueprint("retention", __name__, description="How long things are kept")


def _admin() -> Actor:
    require_staff(StaffRole.ADMIN)
    return current_actor()


@blueprint.route("/retention")
@blueprint.response(200, schemas.StandingsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def list_retention() -> dict[str, Any]:
    """Every rule, and what it would take now: how much, how old, and a sample."""
    _admin()
    return {"items": service.standings()}


@blueprint.route("/retention/<rule>", methods=["PUT"])
@blueprint.arguments(schemas.MonthsData)
@blueprint.response(200, schemas.StandingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such rule")
def put_retention(data: dict[str, Any], rule: str) -> service.Standing:
    """Set for how long a rule keeps, or switch it off; while it is on the worker applies it daily."""
    run_in_unit_of_work(partial(service.set_months, rule, data["months"], acting_staff=_admin()))
    return service.standing(rule)


@blueprint.route("/retention/<rule>/apply", methods=["POST"])
@blueprint.response(202, schemas.RunSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such rule")
@blueprint.alt_response(422, description="The rule is off")
def apply_retention(rule: str) -> Any:  # noqa: ANN401 - a row
    """Have the worker apply a rule now."""
    return run_in_unit_of_work(partial(service.begin, rule, acting_staff=_admin()))
