"""/customers/ID/phones and /customers/ID/cards."""

from __future__ import annotations

from typing import Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.customers.card import card
from backend.customers.contacts import service as contacts
from backend.customers.contacts.schemas import CardData, PhoneData, PhoneKindData
from backend.customers.rules import KEEPERS
from backend.customers.schemas import CustomerSchema
from backend.organization import current_actor, require_staff

blueprint = Blueprint("customer_contacts", __name__, description="Members: numbers and cards")


@blueprint.route("/customers/<customer_id>/phones", methods=["POST"])
@blueprint.arguments(PhoneData)
@blueprint.response(201, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer")
def post_phone(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Add a further number; the first one becomes the main one."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: contacts.add_phone(customer_id, data, acting_staff=actor))
    return card(customer_id)


@blueprint.route("/customers/<customer_id>/phones/<phone_id>", methods=["PATCH"])
@blueprint.arguments(PhoneKindData)
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer, or no such number of hers")
def patch_phone(data: dict[str, Any], customer_id: str, phone_id: str) -> dict[str, Any]:
    """Say what kind of number it is."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: contacts.change_phone(customer_id, phone_id, data, acting_staff=actor))
    return card(customer_id)


@blueprint.route("/customers/<customer_id>/phones/<phone_id>", methods=["DELETE"])
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer, or no such number of hers")
def delete_phone(customer_id: str, phone_id: str) -> dict[str, Any]:
    """Take a further number away."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: contacts.remove_phone(customer_id, phone_id, acting_staff=actor))
    return card(customer_id)


@blueprint.route("/customers/<customer_id>/phones/<phone_id>/main", methods=["POST"])
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer, or no such number of hers")
def post_main_phone(customer_id: str, phone_id: str) -> dict[str, Any]:
    """Have texts go to this number; the main one becomes a further one."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: contacts.make_main(customer_id, phone_id, acting_staff=actor))
    return card(customer_id)


@blueprint.route("/customers/<customer_id>/cards", methods=["POST"])
@blueprint.arguments(CardData)
@blueprint.response(201, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer")
@blueprint.alt_response(409, description="conflict: somebody holds this card")
def post_card(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Give her a card."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: contacts.add_card(customer_id, data, acting_staff=actor))
    return card(customer_id)


@blueprint.route("/customers/<customer_id>/cards/<number>", methods=["DELETE"])
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer, or no such card of hers")
def delete_card(customer_id: str, number: str) -> dict[str, Any]:
    """Take a card from her."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: contacts.remove_card(customer_id, number, acting_staff=actor))
    return card(customer_id)
