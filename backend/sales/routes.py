"""/sales."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import unit_of_work
from backend.core.errors import NotFound, ValidationFailed
from backend.core.http import Blueprint, page
from backend.core.ids import is_id
from backend.organization import current_actor, require_staff
from backend.sales import access
from backend.sales.models import Sale
from backend.sales.schemas import ListArgs, SalePage, SaleSchema

blueprint = Blueprint("sales", __name__, description="Sales")


@blueprint.route("/sales")
@blueprint.arguments(ListArgs, location="query")
@blueprint.response(200, SalePage)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_sales(args: dict[str, Any]) -> dict[str, Any]:
    """Sales, the newest first."""
    require_staff()
    if args["customer"] is not None and not is_id(args["customer"]):
        raise ValidationFailed({"customer": ["This is no id."]})
    query = access.sales(customer_id=args["customer"], store=args["store"])
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
    with unit_of_work():
        sale = access.sale(sale_id)
        if sale.customer_id:
            audit.record_access(current_actor(), customer_id=sale.customer_id, what="sale")
    return sale
