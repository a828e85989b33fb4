"""/customers."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import unit_of_work
from backend.core.http import Blueprint, page
from backend.customers import access, service
from backend.customers.models import Customer
from backend.customers.schemas import CustomerPage, CustomerSchema, ListArgs, RegisterData
from backend.organization import current_actor, require_staff

blueprint = Blueprint("customers", __name__, description="Members")


@blueprint.route("/customers")
@blueprint.arguments(ListArgs, location="query")
@blueprint.response(200, CustomerPage)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_customers(args: dict[str, Any]) -> dict[str, Any]:
    """Customers by name, phones masked."""
    require_staff()
    items, after = page(access.customers(args["q"]), keys=(Customer.name, Customer.id), args=args)
    return {"items": items, "next": after}


@blueprint.route("/customers", methods=["POST"])
@blueprint.arguments(RegisterData)
@blueprint.response(201, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
def post_customer(data: dict[str, Any]) -> Customer:
    """Register a customer from a desk."""
    person = require_staff()
    with unit_of_work():
        done = service.register(data, acting_staff=current_actor(), at_store=person.store_id)
    return access.customer(done.customer.id)


@blueprint.route("/customers/<customer_id>")
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def get_customer(customer_id: str) -> Customer:
    """A customer's card; the view is recorded."""
    require_staff()
    with unit_of_work():
        customer = access.customer(customer_id)
        audit.record_access(current_actor(), customer_id=customer.id, what="card")
    return customer
