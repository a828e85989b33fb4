"""/templates and what belongs to them."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint, page
from backend.delivery import Message, MessageSchema
from backend.organization import StaffRole, current_actor, require_staff
from sms import fields, history, previews, prices, schemas, templates, trials, variants
from sms.models import Template

blueprint = Blueprint("templates", __name__, description="Templates of texts")
_WRITERS = (StaffRole.MARKETER, StaffRole.ADMIN)


@blueprint.route("/templates")
@blueprint.arguments(schemas.TemplateListArgs, location="query")
@blueprint.response(200, schemas.TemplatePage)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_templates(args: dict[str, Any]) -> dict[str, Any]:
    """Templates by name and language."""
    require_staff()
    keys = (Template.name, Template.language)
    items, after = page(variants.all_templates(args["state"], args["name"]), keys=keys, args=args)
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
    """Try a body out on samples, or on a customer, which is recorded as a view; nothing else is kept."""
    require_staff()
    tried, actor, customer = previews.try_out(**data), current_actor(), data["customer_id"]
    if customer is not None:
        run_in_unit_of_work(lambda: audit.record_access(actor, customer_id=customer, what="text_preview"), synced=False)
    return tried


@blueprint.route("/templates/<template_id>")
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such template")
def get_template(template_id: str) -> Template:
    """One template."""
    require_staff()
    return variants.template(template_id)


@blueprint.route("/templates/<template_id>", methods=["PUT"])
@blueprint.arguments(schemas.TemplateChangeSchema)
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
@blueprint.alt_response(409, description="It is retired")
def put_template(data: dict[str, Any], template_id: str) -> Template:
    """Write a new version; the approved one stays in use until this one is approved."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.rewrite(variants.template(template_id), **data, acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/ask", methods=["POST"])
@blueprint.arguments(schemas.VersionRead)
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
@blueprint.alt_response(409, description="Somebody was faster; read it again")
def ask_for_approval(data: dict[str, Any], template_id: str) -> Template:
    """Ask for approval of the newest version; its words stay from now on."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.ask(variants.template(template_id), **data, acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/approve", methods=["POST"])
@blueprint.arguments(schemas.VersionRead)
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role, or somebody else than its writer, is needed")
@blueprint.alt_response(404, description="No such template")
@blueprint.alt_response(409, description="Somebody was faster; read it again")
def approve_template(data: dict[str, Any], template_id: str) -> Template:
    """Make the version that waits the one that is sent (a marketer or admin who did not write it)."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.approve(variants.template(template_id), **data, acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/send-back", methods=["POST"])
@blueprint.arguments(schemas.SendBackSchema)
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
@blueprint.alt_response(409, description="Somebody was faster; read it again")
def send_back_template(data: dict[str, Any], template_id: str) -> Template:
    """Return the version that waits to its writer, with a remark."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.send_back(variants.template(template_id), **data, acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/retire", methods=["POST"])
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
@blueprint.alt_response(409, description="Somebody was faster; read it again")
def retire_template(template_id: str) -> Template:
    """Let nobody choose it any more; texts that wait already still go."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.retire(variants.template(template_id), acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/bring-back", methods=["POST"])
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
@blueprint.alt_response(409, description="Somebody was faster; read it again")
def bring_back_template(template_id: str) -> Template:
    """Undo the retirement."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.bring_back(variants.template(template_id), acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/restore", methods=["POST"])
@blueprint.arguments(schemas.VersionRead)
@blueprint.response(200, schemas.TemplateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such template")
@blueprint.alt_response(409, description="Somebody was faster; read it again")
def restore_template(data: dict[str, Any], template_id: str) -> Template:
    """Take up the words of an old version as a new draft."""
    require_staff(*_WRITERS)
    actor = current_actor()
    return run_in_unit_of_work(
        lambda: templates.restore(variants.template(template_id), **data, acting_staff=actor),
    )


@blueprint.route("/templates/<template_id>/versions")
@blueprint.response(200, schemas.TemplateVersionList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such template")
def list_versions(template_id: str) -> dict[str, Any]:
    """Every version, with who wrote and who approved it, the newest first."""
    require_staff()
    return {"items": history.versions(variants.template(template_id))}


@blueprint.route("/templates/test-text", methods=["POST"])
@blueprint.arguments(schemas.TestTextSchema)
@blueprint.response(201, MessageSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(429, description="Ten an hour are enough")
def post_test_text(data: dict[str, Any]) -> Message:
    """Text oneself what a body becomes, on samples, marked [시험] (marketer, admin)."""
    person = require_staff(*_WRITERS)
    actor = current_actor()
    data.pop("own")
    return run_in_unit_of_work(lambda: trials.send(**data, store_id=person.store_id, acting_staff=actor))


@blueprint.route("/sms/prices")
@blueprint.response(200, schemas.PriceList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def list_prices() -> dict[str, Any]:
    """What the house pays for a text (marketer, admin)."""
    require_staff(*_WRITERS)
    return {"items": prices.all_prices()}


@blueprint.route("/sms/prices", methods=["PUT"])
@blueprint.arguments(schemas.PriceList)
@blueprint.response(200, schemas.PriceList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def put_prices(data: dict[str, Any]) -> dict[str, Any]:
    """Write the whole table of prices anew (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return {"items": run_in_unit_of_work(lambda: prices.replace(data["items"], acting_staff=actor))}
