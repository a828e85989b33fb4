"""What a member may ask for: a report, suspension, erasure. An admin does it for her."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from backend import customers
from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.organization import StaffRole, current_actor, require_staff
from backend.privacy import proof, report, schemas, service

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from backend.core.audit import Actor
    from backend.customers import Customer
    from backend.privacy.models import Erasure

    View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("privacy", __name__, description="What a member may ask for")


def _admin() -> Actor:
    require_staff(StaffRole.ADMIN)
    return current_actor()


def _refuses(view: View) -> View:
    for status, words in ((401, "Nobody is signed in"), (403, "Not an admin"), (404, "No such customer")):
        view = blueprint.alt_response(status, description=words)(view)
    return view


@blueprint.route("/customers/<customer_id>/report", methods=["POST"])
@blueprint.arguments(schemas.ReportData)
@blueprint.response(200, schemas.ReportSchema)
@_refuses
def post_report(data: dict[str, Any], customer_id: str) -> report.Report:
    """Everything that is held about a member; that it was taken, and why, is recorded."""
    return run_in_unit_of_work(partial(report.make, customer_id, **data, acting_staff=_admin()))


@blueprint.route("/customers/<customer_id>/consents/proof", methods=["POST"])
@blueprint.arguments(schemas.ReportData)
@blueprint.response(200, schemas.ProofSchema)
@_refuses
def post_proof(data: dict[str, Any], customer_id: str) -> proof.Proof:
    """What proves what a member agreed to; that it was taken, and why, is recorded."""
    return run_in_unit_of_work(partial(proof.make, customer_id, **data, acting_staff=_admin()))


@blueprint.route("/customers/<customer_id>/suspension", methods=["PUT"])
@blueprint.arguments(schemas.SuspendData)
@blueprint.response(200, schemas.SuspensionSchema)
@_refuses
def put_suspension(data: dict[str, Any], customer_id: str) -> Customer:
    """Suspend the use of a member's data: nothing is sent, worked out or suggested; purchases are recorded."""
    work = partial(customers.suspend, customer_id, data["reason"], acting_staff=_admin())
    return run_in_unit_of_work(work)


@blueprint.route("/customers/<customer_id>/suspension", methods=["DELETE"])
@blueprint.response(200, schemas.SuspensionSchema)
@_refuses
def delete_suspension(customer_id: str) -> Customer:
    """Lift the suspension."""
    return run_in_unit_of_work(partial(customers.resume, customer_id, acting_staff=_admin()))


@blueprint.route("/customers/<customer_id>/erasure", methods=["POST"])
@blueprint.arguments(schemas.EraseData)
@blueprint.response(200, schemas.ErasedSchema)
@_refuses
def post_erasure(data: dict[str, Any], customer_id: str) -> Erasure:
    """Erase a member for ever, everywhere: here at once, from blocks by the worker, from tablets as they connect."""
    return run_in_unit_of_work(partial(service.erase_named, customer_id, data["name"], acting_staff=_admin()))
