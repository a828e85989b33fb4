"""/outreach and /customers/ID/outreach."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import unit_of_work
from backend.core.http import Blueprint, PageArgs, page
from backend.customers import get_customer
from backend.insight.outreach import access
from backend.insight.outreach.models import Outreach
from backend.insight.outreach.schemas import OutreachArgs, OutreachPage, StoreOutreachPage
from backend.organization import StaffRole, current_actor, require_staff, require_store

blueprint = Blueprint("outreach", __name__, description="Asking members who stay away")


@blueprint.route("/outreach")
@blueprint.arguments(OutreachArgs, location="query")
@blueprint.response(200, StoreOutreachPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such store, or not hers")
def list_outreach(args: dict[str, Any]) -> dict[str, Any]:
    """What came of asking members, the newest first; the views are recorded."""
    own, actor = require_store(StaffRole.MANAGER, StaffRole.ADMIN), current_actor()
    with unit_of_work(synced=False):
        query = access.of_store(args["store"], own=own)
        items, after = page(query, keys=(Outreach.occurred_at, Outreach.id), args=args, newest_first=True)
        audit.record_accesses(actor, {each.customer_id for each in items}, what="outreach")
    return {"items": items, "next": after}


@blueprint.route("/customers/<customer_id>/outreach")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, OutreachPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers read no outcomes")
@blueprint.alt_response(404, description="No such customer")
def list_customer_outreach(args: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """What came of asking a member, the newest first; the view is recorded."""
    require_staff(StaffRole.ASSOCIATE, StaffRole.MANAGER, StaffRole.ADMIN)
    actor, now = current_actor(), get_customer(customer_id).id
    with unit_of_work(synced=False):
        query = access.of_customer(now)
        items, after = page(query, keys=(Outreach.occurred_at, Outreach.id), args=args, newest_first=True)
        audit.record_access(actor, customer_id=now, what="outreach")
    return {"items": items, "next": after}
