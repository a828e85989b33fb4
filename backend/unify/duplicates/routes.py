"""/duplicates."""

from __future__ import annotations

from typing import Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint, PageArgs, page
from backend.organization import StaffRole, current_actor, require_staff
from backend.unify.duplicates import access, pairs, settings
from backend.unify.duplicates.models import DuplicatePair
from backend.unify.duplicates.schemas import PairPage, PairSchema, SettingsData, SettingsSchema

blueprint = Blueprint("duplicates", __name__, description="Members who may be one person")


@blueprint.route("/duplicates")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, PairPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def list_duplicates(args: dict[str, Any]) -> dict[str, Any]:
    """Pairs that wait for a decision, the surest first, phones masked."""
    require_staff(StaffRole.ADMIN)
    items, after = page(access.queue(), keys=(DuplicatePair.score, DuplicatePair.id), args=args, newest_first=True)
    return {"items": items, "next": after}


@blueprint.route("/duplicates/<pair_id>/different", methods=["POST"])
@blueprint.response(200, PairSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such pair, or one that was merged")
def post_different(pair_id: str) -> DuplicatePair:
    """Say that the two are different people: the pair comes back only when a member's data has changed."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: pairs.decide_different(pair_id, acting_staff=actor))
    return access.pair(pair_id)


@blueprint.route("/duplicates/settings")
@blueprint.response(200, SettingsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def get_settings() -> dict[str, int]:
    """The thresholds."""
    require_staff(StaffRole.ADMIN)
    return access.thresholds()


@blueprint.route("/duplicates/settings", methods=["PATCH"])
@blueprint.arguments(SettingsData)
@blueprint.response(200, SettingsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def patch_settings(data: dict[str, Any]) -> dict[str, int]:
    """Set from which score two members are one without a question."""
    require_staff(StaffRole.ADMIN)
    value, actor = data["automatic_threshold"], current_actor()
    run_in_unit_of_work(lambda: settings.set_automatic_threshold(value, acting_staff=actor))
    return access.thresholds()
