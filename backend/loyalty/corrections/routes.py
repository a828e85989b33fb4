"""/customers/ID/corrections and /points/corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import audit
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint, page
from backend.customers import Customer, CustomerFacts, get_customer
from backend.loyalty.corrections import access, service
from backend.loyalty.corrections.models import PointsCorrection
from backend.loyalty.corrections.schemas import (
    CorrectionAnswer,
    CorrectionArgs,
    CorrectionData,
    CorrectionPage,
    CorrectionSchema,
)
from backend.organization import StaffRole, current_actor, require_staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.organization import Person

blueprint = Blueprint("corrections", __name__, description="Corrections of points by hand")
_MAY_ASK = (StaffRole.MANAGER, StaffRole.ADMIN)


@blueprint.route("/points/corrections")
@blueprint.arguments(CorrectionArgs, location="query")
@blueprint.response(200, CorrectionPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
def list_corrections(args: dict[str, Any]) -> dict[str, Any]:
    """Corrections in a state, those that wait unless another is named; whose they are, the view is recorded."""
    return _page(args, access.corrections(require_staff(*_MAY_ASK), state=args["state"]))


@blueprint.route("/customers/<customer_id>/corrections")
@blueprint.arguments(CorrectionArgs(only=("limit", "after")), location="query")
@blueprint.response(200, CorrectionPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such customer")
def list_member_corrections(args: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """A member's corrections, the newest first; the view is recorded."""
    person = require_staff(*_MAY_ASK)
    now = get_customer(customer_id).id
    return _page(args, access.corrections(person, customer_id=now), customer_id=now)


@blueprint.route("/customers/<customer_id>/corrections", methods=["POST"])
@blueprint.arguments(CorrectionData)
@blueprint.response(201, CorrectionSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin, or another's business unit")
@blueprint.alt_response(404, description="No such customer")
def post_correction(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Correct a member's points; `state` says whether it was applied, or waits for a second person."""
    person, actor = require_staff(*_MAY_ASK), current_actor()
    made = run_in_unit_of_work(lambda: service.ask(customer_id, data, person=person, acting_staff=actor))
    return _one(made, person)


@blueprint.route("/points/corrections/<correction_id>/decide", methods=["POST"])
@blueprint.arguments(CorrectionAnswer)
@blueprint.response(200, CorrectionSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin; own_correction: who asked")
@blueprint.alt_response(404, description="No such correction")
@blueprint.alt_response(409, description="correction_decided: it waits no longer")
def post_decide(data: dict[str, Any], correction_id: str) -> dict[str, Any]:
    """Approve or decline a correction that somebody else asked for."""
    person, actor = require_staff(StaffRole.ADMIN), current_actor()
    found = run_in_unit_of_work(lambda: service.decide(correction_id, **data, person=person, acting_staff=actor))
    return _one(found, person)


@blueprint.route("/points/corrections/<correction_id>/withdraw", methods=["POST"])
@blueprint.response(200, CorrectionSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin, or not who asked")
@blueprint.alt_response(404, description="No such correction")
@blueprint.alt_response(409, description="correction_decided: it waits no longer")
def post_withdraw(correction_id: str) -> dict[str, Any]:
    """Take back what one asked for oneself."""
    person, actor = require_staff(*_MAY_ASK), current_actor()
    return _one(run_in_unit_of_work(lambda: service.withdraw(correction_id, person=person, acting_staff=actor)), person)


@blueprint.route("/points/corrections/<correction_id>/undo", methods=["POST"])
@blueprint.response(201, CorrectionSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such correction")
@blueprint.alt_response(409, description="correction_decided: it was not applied; already_undone")
def post_undo(correction_id: str) -> dict[str, Any]:
    """Ask for the opposite of an applied correction; as with any, it may wait for a second person."""
    person, actor = require_staff(*_MAY_ASK), current_actor()
    return _one(run_in_unit_of_work(lambda: service.undo(correction_id, person=person, acting_staff=actor)), person)


def _page(args: dict[str, Any], query: Any, *, customer_id: str | None = None) -> dict[str, Any]:  # noqa: ANN401 - a Select
    person, actor = require_staff(*_MAY_ASK), current_actor()
    limit = run_in_unit_of_work(lambda: service.limit_of(person, customer_id))
    with unit_of_work(synced=False):
        items, after = page(query, keys=(PointsCorrection.id,), args=args, newest_first=True)
        audit.record_accesses(actor, sorted({each.customer_id for each in items}), what="points")
    return {"items": _shown(items, person), "next": after, "limit": limit}


def _one(found: PointsCorrection, person: Person) -> dict[str, Any]:
    return _shown([access.correction(found.id, person)], person)[0]


def _shown(items: Sequence[PointsCorrection], person: Person) -> list[dict[str, Any]]:
    """With whose they are, what her balance is, and whether they were taken back."""
    ids = {each.customer_id for each in items}
    query = select(Customer.id, Customer.name, CustomerFacts.points).join(CustomerFacts).where(Customer.id.in_(ids))
    whose = {customer_id: (name, points) for customer_id, name, points in db.session.execute(query)}
    undone = select(PointsCorrection.undoes_id).where(
        PointsCorrection.undoes_id.in_([each.id for each in items]), PointsCorrection.state.in_(("waiting", "applied"))
    )
    taken_back = set(db.session.scalars(undone))
    found = []
    for each in items:
        shown = {name: getattr(each, name) for name in CorrectionSchema().fields if hasattr(each, name)}
        name, balance = whose[each.customer_id]
        extra = {"customer_name": name, "balance": balance, "undone": each.id in taken_back}
        people = {"asker": each.asker, "decider": each.decider, "business_unit": each.business_unit}
        found.append(shown | extra | people | {"mine": each.asked_by == person.id})
    return found
