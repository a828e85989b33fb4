"""/replies and /customers/ID/conversation."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint, PageArgs, page
from backend.organization import current_actor, require_staff
from sms.incoming import access, conversation, schemas, service
from sms.incoming.models import Incoming

blueprint = Blueprint("replies", __name__, description="Texts from people")


@blueprint.route("/replies")
@blueprint.arguments(schemas.ReplyArgs, location="query")
@blueprint.response(200, schemas.ReplyPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def list_replies(args: dict[str, Any]) -> dict[str, Any]:
    """Texts that people wrote to whoever asks or to her store, the newest first; the view is recorded."""
    person, actor = require_staff(*access.READERS), current_actor()
    items, after = page(access.replies(person, args), keys=[Incoming.id], args=args, newest_first=True)
    seen = sorted({each.customer_id for each in items if each.customer_id})
    run_in_unit_of_work(lambda: audit.record_accesses(actor, seen, what="replies"), synced=False)
    return {"items": items, "next": after}


@blueprint.route("/replies/<reply_id>/handled", methods=["POST"])
@blueprint.response(200, schemas.ReplySchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such text")
def post_handled(reply_id: str) -> Incoming:
    """Note that a text has been seen to."""
    person, actor = require_staff(*access.READERS), current_actor()
    return run_in_unit_of_work(lambda: service.handle(access.reply(person, reply_id), acting_staff=actor))


@blueprint.route("/replies/<reply_id>/customer", methods=["POST"])
@blueprint.arguments(schemas.AssignData)
@blueprint.response(200, schemas.ReplySchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such text or customer")
@blueprint.alt_response(409, description="It is a customer's already")
def post_reply_customer(data: dict[str, Any], reply_id: str) -> Incoming:
    """Say whose text from an unknown number it is; what it refuses, she refuses."""
    person, actor = require_staff(*access.READERS), current_actor()
    wanted = data["customer_id"]
    return run_in_unit_of_work(lambda: service.assign(access.reply(person, reply_id), wanted, acting_staff=actor))


@blueprint.route("/replies/<reply_id>/refusal", methods=["POST"])
@blueprint.response(200, schemas.ReplySchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such text")
@blueprint.alt_response(409, description="It is a refusal already")
def post_reply_refusal(reply_id: str) -> Incoming:
    """Take a text for the refusal that it is."""
    person, actor = require_staff(*access.READERS), current_actor()
    return run_in_unit_of_work(lambda: service.take_for_refusal(access.reply(person, reply_id), acting_staff=actor))


@blueprint.route("/customers/<customer_id>/conversation")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, schemas.ConversationPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such customer")
def list_conversation(args: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """A customer's texts in and out, the newest first; the view is recorded."""
    require_staff(*access.READERS)
    actor, customer = current_actor(), access.customer_id(customer_id)
    items, after = conversation.page(customer, args)
    run_in_unit_of_work(lambda: audit.record_access(actor, customer_id=customer, what="conversation"), synced=False)
    return {"items": items, "next": after}
