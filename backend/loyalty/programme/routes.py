"""/points/programme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.loyalty.programme.schemas import ProgrammeData, ProgrammeSchema
from backend.loyalty.programme.service import programme, set_programme
from backend.organization import StaffRole, current_actor, require_staff

if TYPE_CHECKING:
    from backend.loyalty.programme.models import LoyaltyProgramme

blueprint = Blueprint("programme", __name__, description="Settings of the loyalty programme")


@blueprint.route("/points/programme")
@blueprint.response(200, ProgrammeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
def get_programme() -> LoyaltyProgramme:
    """What holds for all points: how many tablets take alone, and who hears of what expires."""
    require_staff(StaffRole.MARKETER, StaffRole.ADMIN)
    return run_in_unit_of_work(programme)


@blueprint.route("/points/programme", methods=["PATCH"])
@blueprint.arguments(ProgrammeData)
@blueprint.response(200, ProgrammeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def patch_programme(data: dict[str, Any]) -> LoyaltyProgramme:
    """Set some of it; tablets follow with their next pull."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: set_programme(data, acting_staff=actor))
    return programme()
