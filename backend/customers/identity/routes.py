"""/customers/ID/documents and /customers/by-passport. No GET gives a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint
from backend.core.throttle import Throttle
from backend.customers.identity import service
from backend.customers.identity.schemas import (
    DocumentData,
    DocumentList,
    DocumentSchema,
    HolderList,
    PassportQuery,
    RevealData,
    RevealedSchema,
)
from backend.customers.rules import KEEPERS
from backend.organization import StaffRole, current_actor, require_staff

if TYPE_CHECKING:
    from backend.customers.identity.models import IdentityDocument

blueprint = Blueprint("customer_identity", __name__, description="Members: passports")

_MAY_SEE = (StaffRole.MANAGER, StaffRole.ADMIN)
# A passport is read at a counter; who tries numbers is slowed down, and is in the log.
_LOOKUPS = Throttle(burst=20, per_second=0.2)


@blueprint.route("/customers/by-passport", methods=["POST"])
@blueprint.arguments(PassportQuery)
@blueprint.response(200, HolderList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(429, description="too_many_requests: faster than anybody reads passports; Retry-After")
def post_by_passport(data: dict[str, Any]) -> dict[str, Any]:
    """Whose passport this is, by its whole number only; the look is recorded."""
    person, actor = require_staff(*KEEPERS), current_actor()
    _LOOKUPS.ask(actor.device_id or person.id)
    found = run_in_unit_of_work(lambda: service.holders(data["country"], data["number"], acting_staff=actor))
    return {"items": found}


@blueprint.route("/customers/<customer_id>/documents")
@blueprint.response(200, DocumentList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer")
def list_documents(customer_id: str) -> dict[str, Any]:
    """Which documents are kept of her, without numbers; the view is recorded."""
    require_staff(*KEEPERS)
    actor = current_actor()
    with unit_of_work(synced=False):
        now, found = service.documents(customer_id)
        audit.record_access(actor, customer_id=now, what="documents")
    return {"items": found}


@blueprint.route("/customers/<customer_id>/documents", methods=["POST"])
@blueprint.arguments(DocumentData)
@blueprint.response(201, DocumentSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer")
@blueprint.alt_response(409, description="consent_needed: kept with a consent to unique identifiers only")
def post_document(data: dict[str, Any], customer_id: str) -> IdentityDocument:
    """Keep a passport, encrypted."""
    require_staff(*KEEPERS)
    actor = current_actor()
    return run_in_unit_of_work(lambda: service.add(customer_id, data, acting_staff=actor))


@blueprint.route("/customers/<customer_id>/documents/<document_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer, or no such document of hers")
def delete_document(customer_id: str, document_id: str) -> None:
    """Forget a passport."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.remove(customer_id, document_id, acting_staff=actor))


@blueprint.route("/customers/<customer_id>/documents/<document_id>/reveal", methods=["POST"])
@blueprint.arguments(RevealData)
@blueprint.response(200, RevealedSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such customer, or no such document of hers")
def post_reveal(data: dict[str, Any], customer_id: str, document_id: str) -> dict[str, Any]:
    """Show a passport's number; who saw it, and why, is recorded before it is shown."""
    require_staff(*_MAY_SEE)
    actor = current_actor()
    return run_in_unit_of_work(lambda: service.reveal(customer_id, document_id, data["reason"], acting_staff=actor))
