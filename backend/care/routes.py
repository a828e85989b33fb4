"""/customers/ID/notes."""

from __future__ import annotations

from typing import Any

from backend.care import service
from backend.care.models import Note
from backend.care.schemas import NotePage
from backend.core import audit
from backend.core.db import unit_of_work
from backend.core.http import Blueprint, PageArgs, page
from backend.organization import StaffRole, current_actor, require_staff

blueprint = Blueprint("care", __name__, description="Looking after customers")


@blueprint.route("/customers/<customer_id>/notes")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, NotePage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers read no remarks")
@blueprint.alt_response(404, description="No such customer")
def list_notes(args: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Remarks about a customer, the newest first; the view is recorded."""
    require_staff(StaffRole.ASSOCIATE, StaffRole.MANAGER, StaffRole.ADMIN)
    actor = current_actor()
    with unit_of_work(synced=False):
        items, after = page(service.notes(customer_id), keys=(Note.id,), args=args, newest_first=True)
        audit.record_access(actor, customer_id=customer_id, what="notes")
    return {"items": items, "next": after}
