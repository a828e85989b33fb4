"""/contact-limits."""

from __future__ import annotations

from typing import Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.delivery.limits import service
from backend.delivery.limits.schemas import ContactLimitsData, ContactLimitsSchema
from backend.organization import StaffRole, current_actor, require_staff

blueprint = Blueprint("contact_limits", __name__, description="How often the house contacts people")


@blueprint.route("/contact-limits")
@blueprint.response(200, ContactLimitsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def get_contact_limits() -> dict[str, Any]:
    """What the house asks of itself beyond the law (manager, marketer, admin)."""
    require_staff(StaffRole.MANAGER, StaffRole.MARKETER, StaffRole.ADMIN)
    return service.shown()


@blueprint.route("/contact-limits", methods=["PUT"])
@blueprint.arguments(ContactLimitsData)
@blueprint.response(200, ContactLimitsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def put_contact_limits(data: dict[str, Any]) -> dict[str, Any]:
    """Set the limits; what waits is put before the gate again when it is claimed."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.set_limits(data, acting_staff=actor))
    return service.shown()
