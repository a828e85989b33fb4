"""/push: subscribing a browser, and what one wants to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.organization import current_actor, require_staff
from backend.push import service, state, telling
from backend.push.keys import current_keys
from backend.push.kinds import TRIAL
from backend.push.schemas import PushSeenData, PushStateSchema, PushWishData, SubscribeData, SubscriptionSchema

if TYPE_CHECKING:
    from backend.push.models import PushSubscription

blueprint = Blueprint("push", __name__, description="Telling staff by push")


@blueprint.route("/push")
@blueprint.response(200, PushStateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
def get_push() -> dict[str, Any]:
    """What a browser subscribes with, what one is told, and on which browsers."""
    return _state()


@blueprint.route("/push/subscriptions", methods=["PUT"])
@blueprint.arguments(SubscribeData)
@blueprint.response(200, SubscriptionSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(409, description="push_off: this server has no keys for push services")
def put_subscription(data: dict[str, Any]) -> PushSubscription:
    """Be told by this browser, or refresh that; what it was before is replaced."""
    person, actor = require_staff(), current_actor()
    return run_in_unit_of_work(lambda: service.subscribe(data, person=person, acting_staff=actor))


@blueprint.route("/push/subscriptions/<subscription_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such browser of one's own")
def delete_subscription(subscription_id: str) -> None:
    """Be no longer told by a browser."""
    person, actor = require_staff(), current_actor()
    run_in_unit_of_work(lambda: service.unsubscribe(subscription_id, person=person, acting_staff=actor))


@blueprint.route("/push/wish", methods=["PUT"])
@blueprint.arguments(PushWishData)
@blueprint.response(200, PushStateSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
def put_wish(data: dict[str, Any]) -> dict[str, Any]:
    """Choose what one is told, and the hours in which one is told nothing."""
    person, actor = require_staff(), current_actor()
    run_in_unit_of_work(lambda: service.wish(data, person=person, acting_staff=actor))
    return _state()


@blueprint.route("/push/seen", methods=["POST"])
@blueprint.arguments(PushSeenData)
@blueprint.response(204)
@blueprint.alt_response(401, description="Nobody is signed in")
def post_seen(data: dict[str, Any]) -> None:
    """Say that one has seen all that there is of some kinds: the next notice counts anew."""
    person, actor = require_staff(), current_actor()
    run_in_unit_of_work(lambda: telling.seen(person.id, data["kinds"], actor=actor))


@blueprint.route("/push/trial", methods=["POST"])
@blueprint.response(204)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(409, description="push_off: this server has no keys for push services")
def post_trial() -> None:
    """Send oneself a notice, to every browser by which one is told."""
    person = require_staff()
    if current_keys() is None:
        raise service.PushIsOff
    run_in_unit_of_work(lambda: telling.tell(TRIAL, person.id))


def _state() -> dict[str, Any]:
    return state.of(require_staff(), language=request.accept_languages.best_match(["ko", "en"]) or "ko")
