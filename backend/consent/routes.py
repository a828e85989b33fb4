"""/customers/ID/consents and /consent-wordings."""

from __future__ import annotations

from typing import Any

from backend.consent import access, service
from backend.consent.schemas import ConsentsSchema, WordingsSchema
from backend.core import audit
from backend.core.db import unit_of_work
from backend.core.http import Blueprint
from backend.customers import get_customer
from backend.organization import current_actor, require_staff

blueprint = Blueprint("consent", __name__, description="What may be said to whom")


@blueprint.route("/customers/<customer_id>/consents")
@blueprint.response(200, ConsentsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def list_consents(customer_id: str) -> dict[str, Any]:
    """What a customer said, and what stands; the view is recorded."""
    require_staff()
    actor = current_actor()
    with unit_of_work(synced=False):
        customer_id = get_customer(customer_id).id
        items = access.entries(customer_id)
        audit.record_access(actor, customer_id=customer_id, what="consents")
    return {"items": items, "marketing_sms": service.states_by_sender(customer_id)}


@blueprint.route("/consent-wordings")
@blueprint.response(200, WordingsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_wordings() -> dict[str, Any]:
    """The wordings to show when asking."""
    require_staff()
    return {"items": access.wordings()}
