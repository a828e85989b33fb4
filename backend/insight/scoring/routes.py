"""/insight/models and /customers/ID/forecast."""

from __future__ import annotations

from typing import Any

from flask import request

from backend.core import audit
from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.customers import get_customer
from backend.insight.scoring import access, service
from backend.insight.scoring.schemas import (
    ForecastSchema,
    InsightModelSchema,
    InsightModelsSchema,
)
from backend.insight.scoring.sentences import LANGUAGES
from backend.organization import StaffRole, current_actor, require_staff

blueprint = Blueprint("insight", __name__, description="Forecasts and the models they come from")

_DESK = (StaffRole.MARKETER, StaffRole.ADMIN)
_NOBODY = "Nobody is signed in"
_NOT_DESK = "Neither a marketer nor an admin"


@blueprint.route("/insight/models")
@blueprint.response(200, InsightModelsSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def list_models() -> dict[str, Any]:
    """The version in use with how it was judged, the refresh under way, and the versions that are kept."""
    require_staff(*_DESK)
    return access.overview()


@blueprint.route("/insight/models", methods=["POST"])
@blueprint.response(202, InsightModelsSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(409, description="A refresh is under way")
def post_model() -> dict[str, Any]:
    """Have the worker fit and judge everything anew, and score every member; how it stands."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.ask(acting_staff=actor).id)
    return access.overview()


@blueprint.route("/insight/models/<model_id>")
@blueprint.response(200, InsightModelSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description="No such version")
def get_model(model_id: str) -> dict[str, Any]:
    """A version with what was fitted and how it was judged."""
    require_staff(*_DESK)
    return access.shown(service.find(model_id))


@blueprint.route("/customers/<customer_id>/forecast")
@blueprint.response(200, ForecastSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(404, description="No such customer")
def get_forecast(customer_id: str) -> dict[str, Any]:
    """What is forecast of a member and why, or why nothing is; the view is recorded."""
    require_staff()
    actor, now = current_actor(), get_customer(customer_id).id
    run_in_unit_of_work(lambda: audit.record_access(actor, customer_id=now, what="forecast"), synced=False)
    return access.forecast(now, language=request.accept_languages.best_match(LANGUAGES, "ko") or "ko")
