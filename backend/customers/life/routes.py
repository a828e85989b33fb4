"""/customers/ID/life and what is in it."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint
from backend.customers import access
from backend.customers.life import service
from backend.customers.life.schemas import HouseholdData, LifeEventData, LifeSchema, TripData
from backend.customers.rules import KEEPERS
from backend.organization import current_actor, require_staff

blueprint = Blueprint("customer_life", __name__, description="Members: days to remember, trips, households")

_NOBODY = {"description": "No such customer, or nothing of hers with this id"}


def _life(customer_id: str) -> dict[str, Any]:
    """What is coming; that it was seen is recorded, also of those who live with her."""
    actor = current_actor()
    with unit_of_work(synced=False):
        found = service.life(customer_id)
        hers = access.customer(customer_id).id
        audit.record_access(actor, customer_id=hers, what="life")
        members = (found["household"] or {"members": []})["members"]
        others = [each["id"] for each in members if each["id"] != hers]
        if others:
            audit.record_accesses(actor, others, what="household")
    return found


@blueprint.route("/customers/<customer_id>/life")
@blueprint.response(200, LifeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, **_NOBODY)
def get_life(customer_id: str) -> dict[str, Any]:
    """Days to remember, coming trips, household; the view is recorded."""
    require_staff(*KEEPERS)
    return _life(customer_id)


@blueprint.route("/customers/<customer_id>/life-events", methods=["POST"])
@blueprint.arguments(LifeEventData)
@blueprint.response(201, LifeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, **_NOBODY)
def post_event(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Remember a day."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.add_event(customer_id, data, acting_staff=actor))
    return _life(customer_id)


@blueprint.route("/customers/<customer_id>/life-events/<event_id>", methods=["DELETE"])
@blueprint.response(200, LifeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, **_NOBODY)
def delete_event(customer_id: str, event_id: str) -> dict[str, Any]:
    """Forget a day."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.remove_event(customer_id, event_id, acting_staff=actor))
    return _life(customer_id)


@blueprint.route("/customers/<customer_id>/trips", methods=["POST"])
@blueprint.arguments(TripData)
@blueprint.response(201, LifeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, **_NOBODY)
def post_trip(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Note a journey."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.add_trip(customer_id, data, acting_staff=actor))
    return _life(customer_id)


@blueprint.route("/customers/<customer_id>/trips/<trip_id>", methods=["DELETE"])
@blueprint.response(200, LifeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, **_NOBODY)
def delete_trip(customer_id: str, trip_id: str) -> dict[str, Any]:
    """Forget a journey."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.remove_trip(customer_id, trip_id, acting_staff=actor))
    return _life(customer_id)


@blueprint.route("/customers/<customer_id>/household", methods=["POST"])
@blueprint.arguments(HouseholdData)
@blueprint.response(200, LifeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer")
def post_household(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Say with whom she lives."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.join(customer_id, data["with_"], name=data.get("name"), acting_staff=actor))
    return _life(customer_id)


@blueprint.route("/customers/<customer_id>/household", methods=["DELETE"])
@blueprint.response(200, LifeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member")
@blueprint.alt_response(404, description="No such customer, or she lives with nobody whom we know")
def delete_household(customer_id: str) -> dict[str, Any]:
    """Have her leave her household."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.leave(customer_id, acting_staff=actor))
    return _life(customer_id)
