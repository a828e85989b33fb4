"""/access-log."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.audit import AccessEntry
from backend.core.db import unit_of_work
from backend.core.http import Blueprint, page
from backend.organization import StaffRole, current_actor, require_staff
from backend.privacy.access_log import access
from backend.privacy.access_log.schemas import AccessListArgs, AccessPage

blueprint = Blueprint("access-log", __name__, description="Who looked at whose data")


@blueprint.route("/access-log")
@blueprint.arguments(AccessListArgs, location="query")
@blueprint.response(200, AccessPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def list_access(args: dict[str, Any]) -> dict[str, Any]:
    """Views of personal data, the last recorded first. To look at those of one member is a view as well."""
    require_staff(StaffRole.ADMIN)
    query = access.entries(customer=args["customer"], staff=args["staff"], since=args["since"], until=args["until"])
    items, after = page(query, keys=[AccessEntry.id], args=args, newest_first=True)
    answer = {"items": access.described(items), "next": after}
    if items and args["customer"] is not None and args["after"] is None:
        with unit_of_work(synced=False):
            audit.record_access(current_actor(), customer_id=args["customer"], what="access_log")
    return answer
