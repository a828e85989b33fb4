"""What tablets hold of customers, and what they may do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.core.errors import NotFound
from backend.customers import access, service, sight
from backend.customers.consents import ConsentNeeded
from backend.customers.copy import COLLECTION
from backend.customers.models import (
    Card,
    Customer,
    CustomerFacts,
    CustomerPhone,
    Preference,
    StoreActivity,
    StoreDeparture,
)
from backend.customers.preferences import set_preference
from backend.customers.schemas import EditData, PreferenceData, RegisterData
from backend.sync import FieldConflict, Kind, Mutation, Outcome, Rejected, register_collection, register_kind, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the collection `customers` and the kinds `customer.register`, `customer.edit`, `preference.set`."""
    register_collection(app, COLLECTION)
    track(app, Customer, COLLECTION.name, lambda customer: customer.id)
    for part in (CustomerPhone, Card, Preference, CustomerFacts, StoreActivity, StoreDeparture):
        track(app, part, COLLECTION.name, lambda row: row.customer_id)
    register_kind(app, Kind("customer.register", RegisterData(), register))
    register_kind(app, Kind("customer.edit", EditData(), edit, writes_to=_named))
    register_kind(app, Kind("preference.set", PreferenceData(), prefer, writes_to=_named))


def _named(mutations: Sequence[Mutation]) -> dict[str, set[str]]:
    return {COLLECTION.name: {each.data["customer_id"] for each in mutations}}


def register(mutation: Mutation) -> Outcome:
    """Take a customer who was registered on a tablet; the mutation's id is hers."""
    done = service.register(
        mutation.data, acting_staff=mutation.actor, customer_id=mutation.id, at_store=mutation.caller.store_id
    )
    return Outcome(flags=done.flags)


def edit(mutation: Mutation) -> Outcome:
    """Apply an edit field by field; what somebody else changed meanwhile becomes a conflict."""
    try:
        customer = access.customer(mutation.data["customer_id"])
    except NotFound:
        raise Rejected("unknown_customer", "The server knows no such customer.") from None
    merge = service.edit(customer, mutation.data["changes"], acting_staff=mutation.actor)
    if "phone" in merge.conflicts and not sight.own([customer.id]):
        # The answer would tell the number that the server holds to somebody who was shown its last digits.
        raise Rejected(
            "phone_of_another_store",
            "The server holds another phone of hers, which is not for this tablet; have it changed at a desk.",
        )
    return Outcome(
        flags=("merged_customer",) if customer.id != mutation.data["customer_id"] else (),
        about=(COLLECTION.name, customer.id),
        conflicts={name: FieldConflict(*values) for name, values in merge.conflicts.items()},
    )


def prefer(mutation: Mutation) -> Outcome:
    """Add a preference or take it away; an allergy needs the consent that came before it."""
    data = mutation.data
    try:
        customer = set_preference(
            data["customer_id"],
            data["kind"],
            data["value"],
            remove=data["remove"],
            row_id=mutation.id,
            acting_staff=mutation.actor,
        )
    except NotFound:
        raise Rejected("unknown_customer", "The server knows no such customer.") from None
    except ConsentNeeded as error:
        raise Rejected(error.code, error.detail) from None
    return Outcome(flags=("merged_customer",) if customer.id != data["customer_id"] else ())
