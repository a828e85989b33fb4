"""/customers/ID/consents and /consent-wordings."""

from __future__ import annotations

from typing import Any

from backend.consent import access, service, wordings
from backend.consent.models import ConsentWording
from backend.consent.schemas import (
    ConsentsSchema,
    PermissionsSchema,
    StatementData,
    WordingArgs,
    WordingData,
    WordingSchema,
    WordingsSchema,
)
from backend.core import audit
from backend.core.db import run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint, page
from backend.customers import get_customer
from backend.organization import StaffRole, current_actor, require_staff

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


@blueprint.route("/customers/<customer_id>/consents", methods=["POST"])
@blueprint.arguments(StatementData)
@blueprint.response(201, PermissionsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="A marketer asks nobody for consent")
@blueprint.alt_response(404, description="No such customer")
@blueprint.alt_response(422, description="Something in it cannot be used; `errors` names the fields")
def post_consent(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Record at a desk what a customer said there, wrote on a form or told by phone; what stands then."""
    person = require_staff(StaffRole.ASSOCIATE, StaffRole.MANAGER, StaffRole.ADMIN)
    actor, whose = current_actor(), get_customer(customer_id).id
    run_in_unit_of_work(lambda: service.record(whose, data, acting_staff=actor, store_id=person.store_id))
    return service.permissions(whose, at_store=person.store_id)


@blueprint.route("/customers/<customer_id>/permissions")
@blueprint.response(200, PermissionsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def get_permissions(customer_id: str) -> dict[str, Any]:
    """What is permitted now, since when, until when and why not; the view is recorded."""
    person, actor = require_staff(), current_actor()
    with unit_of_work(synced=False):
        whose = get_customer(customer_id).id
        audit.record_access(actor, customer_id=whose, what="consents")
    return service.permissions(whose, at_store=person.store_id)


@blueprint.route("/consent-wordings")
@blueprint.arguments(WordingArgs, location="query")
@blueprint.response(200, WordingsSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_wordings(args: dict[str, Any]) -> dict[str, Any]:
    """The wordings, those in one state or all, by version."""
    require_staff()
    items, after = page(access.wordings(args["state"]), keys=[ConsentWording.version], args=args)
    return {"items": items, "next": after}


@blueprint.route("/consent-wordings", methods=["POST"])
@blueprint.arguments(WordingData)
@blueprint.response(201, WordingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def post_wording(data: dict[str, Any]) -> ConsentWording:
    """Write a draft (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return run_in_unit_of_work(lambda: wordings.write(data, acting_staff=actor))


@blueprint.route("/consent-wordings/<wording_id>")
@blueprint.response(200, WordingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such wording")
def get_wording(wording_id: str) -> ConsentWording:
    """One wording."""
    require_staff()
    return wordings.find(wording_id)


@blueprint.route("/consent-wordings/<wording_id>", methods=["PUT"])
@blueprint.arguments(WordingData)
@blueprint.response(200, WordingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such wording")
@blueprint.alt_response(409, description="It was published: it never changes")
def put_wording(data: dict[str, Any], wording_id: str) -> ConsentWording:
    """Change a draft (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return run_in_unit_of_work(lambda: wordings.rewrite(wordings.find(wording_id), data, acting_staff=actor))


@blueprint.route("/consent-wordings/<wording_id>/publish", methods=["POST"])
@blueprint.response(200, WordingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such wording")
@blueprint.alt_response(409, description="No draft, or one's own")
def post_publish(wording_id: str) -> ConsentWording:
    """Have everybody shown a draft that another admin wrote; the one before for the same matter is retired."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return run_in_unit_of_work(lambda: wordings.publish(wordings.find(wording_id), acting_staff=actor))


@blueprint.route("/consent-wordings/<wording_id>/retire", methods=["POST"])
@blueprint.response(200, WordingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such wording")
@blueprint.alt_response(409, description="It is not shown")
def post_retire(wording_id: str) -> ConsentWording:
    """Show a wording no longer (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return run_in_unit_of_work(lambda: wordings.retire(wordings.find(wording_id), acting_staff=actor))
