"""/access-log."""

from __future__ import annotations

from typing import Any

from backend.core.audit import AccessEntry
from backend.core.http import Blueprint, page
from backend.organization import StaffRole, require_staff
from backend.privacy.access_log import access
from backend.privacy.access_log.schemas import AccessListArgs, AccessPage

blueprint = Blueprint("access-log", __name__, description="Who looked at whose data")


@blueprint.route("/access-log")
@blueprint.arguments(AccessListArgs, location="query")
@blueprint.response(200, AccessPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def list_access(args: dict[str, Any]) -> dict[str, Any]:
    """Views of personal data, the last recorded first."""
    require_staff(StaffRole.ADMIN)
    query = access.entries(customer=args["customer"], staff=args["staff"], since=args["since"], until=args["until"])
    items, after = page(query, keys=[AccessEntry.id], args=args, newest_first=True)
    return {"items": access.described(items), "next": after}
