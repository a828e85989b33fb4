"""/templates and /customers/…/texts."""

from __future__ import annotations

from typing import Any

from backend.core.db import run_in_unit_of_work
from backend.core.errors import NotFound
from backend.core.http import Blueprint, page
from backend.core.ids import is_id
from backend.customers import get_customer
from backend.delivery import Message, MessageSchema, verdict_view
from backend.organization import StaffRole, current_actor, current_device, require_staff
from sms import fields, previews, schemas, templates, texts
from sms.models import Template

blueprint = Blueprint("texts", __name__, description="Templates and texts")
_WRITERS = (StaffRole.MARKETER, StaffRole.ADMIN)


@blueprint.route("/templates")
@blueprint.arguments(schemas.TemplateListArgs, location="query")
@blueprint.response(200, schemas.TemplatePage)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_templates(args: dict[str, Any]) -> dict[str, Any]:
    """Templates by name and language."""
    require_staff()
    keys = (Template.name, Template.language)
    items, after = page(templates.all_templates(args["state"]), keys=keys, args=args)
    return {"items": items, "next": after}


@blueprint.route("/templates", methods=["POST"])
@blueprint.arguments(schemas.NewTemplateSchema)
@blueprint.response(201, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(409, description="The name is taken in this language")
def post_template(data: dict[str, Any]) -> Template:
    """Add a template as a draft."""
    require_staff(*_WRITERS)
    actor, new = current_actor(), templates.NewTemplate(**data)
    return run_in_unit_of_work(lambda: templates.add(new, acting_staff=actor))


@blueprint.route("/templates/fields")
@blueprint.response(200, schemas.FieldList)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_fields() -> dict[str, Any]:
    """The named fields that templates may use."""
    require_staff()
    return {"items": fields.FIELDS}


@blueprint.route("/templates/preview", methods=["POST"])
@blueprint.arguments(schemas.PreviewSchema)
@blueprint.response(200, schemas.PreviewedSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def preview_template(data: dict[str, Any]) -> previews.Previewed:
    """Try a body out on a customer or on samples; nothing is kept."""
    require_staff()
    return previews.try_out(**data)


@blueprint.route("/templates/<template_id>")
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such template")
def get_template(template_id: str) -> Template:
    """One template."""
    require_staff()
    return templates.template(template_id)


@blueprint.route("/templates/<template_id>", methods=["PUT"])
@blueprint.arguments(schemas.TemplateChangeSchema)
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
def put_template(data: dict[str, Any], template_id: str) -> Template:
    """Write a new version; the approved one stays in use until this one is approved."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.rewrite(templates.template(template_id), **data, acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/approve", methods=["POST"])
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
def approve_template(template_id: str) -> Template:
    """Make the newest version the one that is sent."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(lambda: templates.approve(templates.template(template_id), acting_staff=actor))


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
