"""/customers/…/texts."""

from __future__ import annotations

from typing import Any

from backend.core.db import run_in_unit_of_work
from backend.core.errors import NotFound
from backend.core.http import Blueprint
from backend.core.ids import is_id
from backend.customers import get_customer
from backend.delivery import Message, MessageSchema, verdict_view
from backend.organization import current_actor, current_device, require_staff
from sms import schemas, texts

blueprint = Blueprint("texts", __name__, description="Texts to one customer")


@blueprint.route("/customers/<customer_id>/texts/preview", methods=["POST"])
@blueprint.arguments(schemas.TextWishSchema)
@blueprint.response(200, schemas.TextPreviewSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def preview_text(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Show the text as it would go out to a customer, and whether it may; nothing is kept."""
    composed = _compose(data, customer_id)
    verdict, measure = verdict_view(texts.preview(composed)), composed.measure
    return {
        "text": composed.draft.body,
        "verdict": verdict,
        "segments": measure.segments,
        "encoding": measure.encoding,
    }


@blueprint.route("/customers/<customer_id>/texts", methods=["POST"])
@blueprint.arguments(schemas.TextWishSchema)
@blueprint.response(201, MessageSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def post_text(data: dict[str, Any], customer_id: str) -> Message:
    """Send a text to a customer. One that may not go is kept as `skipped`, with its reason."""
    composed, actor = _compose(data, customer_id), current_actor()
    return run_in_unit_of_work(lambda: texts.send(composed, acting_staff=actor))


def _compose(data: dict[str, Any], customer_id: str) -> texts.Composed:
    person, device = require_staff(), current_device()
    if not is_id(customer_id):
        raise NotFound
    customer = get_customer(customer_id)
    sender = texts.sender_at(person.store_id or (device.store_id if device else None), customer)
    actor = current_actor()
    return texts.compose(customer, data["template"], given=data["fields"], sender=sender, acting_staff=actor)
