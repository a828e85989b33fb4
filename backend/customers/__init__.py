"""Members. The model feature: models, schemas, rules, access, service, routes, sync, in this order of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.customers.access import customer as get_customer
from backend.customers.access import find_one, is_known, visible
from backend.customers.conflicts import open_conflicts
from backend.customers.consents import ConsentWithdrawn, StandingConsentAsked
from backend.customers.contacts import keep_number
from backend.customers.erasure import CustomerErased, erase
from backend.customers.identity import IdentityDocument
from backend.customers.life import LifeEvent, SoldTrip, Trip, note_trips
from backend.customers.merging import CustomersMerged, CustomersParted, merge_into, part
from backend.customers.models import (
    Card,
    Customer,
    CustomerFacts,
    CustomerPhone,
    MergedCustomer,
    Owned,
    Preference,
    StoreActivity,
    StoreDeparture,
)
from backend.customers.rules import is_network_card, is_payment_card, masked_phone, normal_email, normal_phone
from backend.customers.service import (
    COLLECTION,
    CustomerEdited,
    CustomerRegistered,
    hold,
    register,
    set_facts,
    show_grades,
    show_other_points,
    show_points,
)
from backend.customers.sight import shown_words
from backend.customers.subject import Held, Subject, holds, of_table, sections
from backend.customers.survivors import merged_into, survivors
from backend.customers.suspension import CustomerSuspended, resume, suspend, suspended

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events, http
    from backend.core.retention import keep
    from backend.customers import holdings, identity, preferences, retention, routes, sync
    from backend.customers.contacts import routes as contact_routes
    from backend.customers.identity import routes as identity_routes
    from backend.customers.identity.cli import keys_group
    from backend.customers.life import routes as life_routes

    for module in (routes, contact_routes, life_routes, identity_routes):
        http.register(app, module.blueprint)
    events.subscribe(app, ConsentWithdrawn, preferences.forget_health)
    events.subscribe(app, ConsentWithdrawn, identity.forget_documents)
    app.cli.add_command(keys_group)
    sync.init_app(app)
    holds(app, *holdings.SECTIONS)
    keep(app, *retention.RULES)


__all__ = [
    "COLLECTION",
    "Card",
    "ConsentWithdrawn",
    "Customer",
    "CustomerEdited",
    "CustomerErased",
    "CustomerFacts",
    "CustomerPhone",
    "CustomerRegistered",
    "CustomerSuspended",
    "CustomersMerged",
    "CustomersParted",
    "Held",
    "IdentityDocument",
    "LifeEvent",
    "MergedCustomer",
    "Owned",
    "Preference",
    "SoldTrip",
    "StandingConsentAsked",
    "StoreActivity",
    "StoreDeparture",
    "Subject",
    "Trip",
    "erase",
    "find_one",
    "get_customer",
    "hold",
    "holds",
    "init_app",
    "is_known",
    "is_network_card",
    "is_payment_card",
    "keep_number",
    "masked_phone",
    "merge_into",
    "merged_into",
    "normal_email",
    "normal_phone",
    "note_trips",
    "of_table",
    "open_conflicts",
    "part",
    "register",
    "resume",
    "sections",
    "set_facts",
    "show_grades",
    "show_other_points",
    "show_points",
    "shown_words",
    "survivors",
    "suspend",
    "suspended",
    "visible",
]
