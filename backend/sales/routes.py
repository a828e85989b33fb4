"""/sales."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work, unit_of_work
from backend.core.errors import NotFound, ValidationFailed
from backend.core.http import Blueprint, page
from backend.core.ids import is_id
from backend.customers import open_conflicts
from backend.loyalty import waiting_corrections
from backend.organization import StaffRole, current_actor, require_staff, require_store
from backend.sales import access, reviews
from backend.sales.models import Sale
from backend.sales.schemas import AttentionSchema, ListArgs, ReviewData, SalePage, SaleSchema

blueprint = Blueprint("sales", __name__, description="Sales")

_REVIEWERS = (StaffRole.MANAGER, StaffRole.ADMIN)


@blueprint.route("/sales")
@blueprint.arguments(ListArgs, location="query")
@blueprint.response(200, SalePage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Flagged sales are for managers and admins")
def list_sales(args: dict[str, Any]) -> dict[str, Any]:
    """Sales, the newest first."""
    require_staff()
    at_store = require_store(*_REVIEWERS) if args["flagged"] else None
    if args["customer"] is not None and not is_id(args["customer"]):
        raise ValidationFailed({"customer": ["This is no id."]})
    query = access.sales(customer_id=args["customer"], store=args["store"], flagged=args["flagged"], at_store=at_store)
    items, after = page(query, keys=(Sale.id,), args=args, newest_first=True)
    return {"items": items, "next": after}


@blueprint.route("/sales/<sale_id>")
@blueprint.response(200, SaleSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such sale")
def get_sale(sale_id: str) -> Sale:
    """A sale with its lines; for a customer's sale the view is recorded."""
    require_staff()
    if not is_id(sale_id):
        raise NotFound
    actor = current_actor()
    with unit_of_work(synced=False):
        sale = access.sale(sale_id)
        if sale.customer_id:
            audit.record_access(actor, customer_id=sale.customer_id, what="sale")
    return sale


@blueprint.route("/sales/<sale_id>/review", methods=["POST"])
@blueprint.arguments(ReviewData)
@blueprint.response(200, SaleSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such flagged sale, or one of another store")
def post_review(data: dict[str, Any], sale_id: str) -> Sale:
    """Say that a flagged sale was looked at."""
    at_store, actor = require_store(*_REVIEWERS), current_actor()
    run_in_unit_of_work(lambda: reviews.review(sale_id, data["note"], at_store=at_store, acting_staff=actor))
    return access.sale(sale_id)


@blueprint.route("/sales/<sale_id>/review", methods=["DELETE"])
@blueprint.response(200, SaleSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such flagged sale, or one of another store")
def delete_review(sale_id: str) -> Sale:
    """Take a review back: the sale waits to be looked at again."""
    at_store, actor = require_store(*_REVIEWERS), current_actor()
    run_in_unit_of_work(lambda: reviews.unreview(sale_id, at_store=at_store, acting_staff=actor))
    return access.sale(sale_id)


@blueprint.route("/attention")
@blueprint.response(200, AttentionSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
def get_attention() -> dict[str, int]:
    """How many conflicts, flagged sales and corrections of points wait for the person who asks."""
    person = require_staff()
    if person.role not in _REVIEWERS:
        return {"conflicts": 0, "sales": 0, "corrections": 0}
    at_store = require_store(*_REVIEWERS)
    counts = {"conflicts": open_conflicts(at_store=at_store), "sales": access.open_sales(at_store=at_store)}
    return counts | {"corrections": waiting_corrections(person)}
