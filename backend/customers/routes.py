"""/customers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint, page
from backend.core.throttle import Throttle
from backend.customers import access, conflicts, search, service, sight
from backend.customers.card import card
from backend.customers.models import Customer
from backend.customers.preferences import set_preference
from backend.customers.rules import KEEPERS
from backend.customers.schemas import (
    ConflictArgs,
    ConflictPage,
    ConflictSchema,
    CustomerPage,
    CustomerSchema,
    DeskRegisterData,
    FoundSchema,
    ListArgs,
    OnlineEditData,
    PreferenceChange,
    SearchArgs,
    SettleData,
)
from backend.organization import StaffRole, current_actor, require_staff, require_store
from backend.sync.models import EditConflict

if TYPE_CHECKING:
    from backend.core.audit import Actor

blueprint = Blueprint("customers", __name__, description="Members")

# A person at the counter types no faster; who copies the membership by searching is slowed down, and is in the log.
_SEARCHES = Throttle(burst=60, per_second=0.5)


def _asking() -> Actor:
    """Who searches, on which tablet. Raises `TooManyRequests`."""
    person, actor = require_staff(), current_actor()
    _SEARCHES.ask(actor.device_id or person.id)
    return actor


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
@blueprint.arguments(DeskRegisterData)
@blueprint.response(201, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
def post_customer(data: dict[str, Any]) -> dict[str, Any]:
    """Register a customer from a desk."""
    person = require_staff()
    with unit_of_work():
        done = service.register(data, acting_staff=current_actor(), at_store=person.store_id)
    return card(done.customer.id)


@blueprint.route("/customers/search")
@blueprint.arguments(SearchArgs, location="query")
@blueprint.response(200, FoundSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(429, description="too_many_requests: faster than anybody types; Retry-After")
def search_customers(args: dict[str, Any]) -> dict[str, Any]:
    """Members of the whole house, beyond the tablet's own book; whose rows were shown is recorded."""
    actor = _asking()
    ids, more = search.search(args["q"], args["limit"])
    if ids:
        run_in_unit_of_work(lambda: search.record_hits(ids, acting_staff=actor), synced=False)
    return {"items": search.rows(ids), "more": more}


@blueprint.route("/customers/<customer_id>")
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def get_customer(customer_id: str) -> dict[str, Any]:
    """A customer's card; the view is recorded."""
    require_staff()
    actor, shown = current_actor(), card(customer_id)
    # By itself, so that no other writer waits while the card is read; and before anybody has seen it.
    with unit_of_work(synced=False):
        audit.record_access(actor, customer_id=shown["id"], what="card")
    return shown


@blueprint.route("/customers/<customer_id>", methods=["PATCH"])
@blueprint.arguments(OnlineEditData)
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member; her number is another store's")
@blueprint.alt_response(404, description="No such customer")
@blueprint.alt_response(409, description="edited_meanwhile: `fields` says what the server holds; nothing was changed")
def patch_customer(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Edit a customer as the editor saw her: each field is changed only where it still holds `from`."""
    require_staff(*KEEPERS)
    actor = current_actor()

    def work() -> None:
        customer = access.customer(customer_id)
        service.edit_all(customer, data["changes"], acting_staff=actor, may_call=sight.may_call(customer.id))

    run_in_unit_of_work(work)
    return card(customer_id)


@blueprint.route("/customers/<customer_id>/preferences", methods=["POST"])
@blueprint.arguments(PreferenceChange)
@blueprint.response(200, CustomerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Marketers look after no member; her number is another store's")
@blueprint.alt_response(404, description="No such customer")
@blueprint.alt_response(409, description="consent_needed: allergies are kept with a consent to sensitive data only")
def post_preference(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Write down what she likes, dislikes, wears, must not have or wants done, or take it away."""
    require_staff(*KEEPERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: set_preference(customer_id, **data, acting_staff=actor))
    return card(customer_id)


@blueprint.route("/conflicts")
@blueprint.arguments(ConflictArgs, location="query")
@blueprint.response(200, ConflictPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
def list_conflicts(args: dict[str, Any]) -> dict[str, Any]:
    """Fields that two people changed, the newest first; for a manager those of the store's customers."""
    at_store = require_store(StaffRole.MANAGER, StaffRole.ADMIN)
    query = conflicts.conflicts(settled=args["state"] == "settled", at_store=at_store)
    found, after = page(query, keys=(EditConflict.id,), args=args, newest_first=True)
    return {"items": conflicts.described(found), "next": after}


@blueprint.route("/conflicts/<conflict_id>/settle", methods=["POST"])
@blueprint.arguments(SettleData)
@blueprint.response(200, ConflictSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such conflict, or one of another store")
def settle_conflict(data: dict[str, Any], conflict_id: str) -> dict[str, Any]:
    """Choose whose value the field holds; it may be chosen again."""
    at_store, actor = require_store(StaffRole.MANAGER, StaffRole.ADMIN), current_actor()
    work = partial(conflicts.settle, conflict_id, data["choice"], at_store=at_store, acting_staff=actor)
    return conflicts.described([run_in_unit_of_work(work)])[0]
