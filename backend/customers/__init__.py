"""Members. The model feature: models, schemas, rules, access, service, routes, sync, in this order of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.customers.access import customer as get_customer
from backend.customers.access import find_one, is_known
from backend.customers.conflicts import open_conflicts
from backend.customers.erasure import CustomerErased, erase
from backend.customers.merging import CustomersMerged, CustomersParted, merge_into, part
from backend.customers.models import (
    Card,
    Customer,
    CustomerFacts,
    MergedCustomer,
    Owned,
    Preference,
    StoreActivity,
    StoreDeparture,
)
from backend.customers.rules import masked_phone, normal_phone
from backend.customers.service import (
    COLLECTION,
    CustomerEdited,
    CustomerRegistered,
    add_points,
    hold,
    register,
    set_facts,
)
from backend.customers.sight import shown_words
from backend.customers.subject import Held, Subject, holds, of_table, sections
from backend.customers.survivors import merged_into, survivors
from backend.customers.suspension import resume, suspend, suspended

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import http
    from backend.customers import holdings, sync
    from backend.customers.routes import blueprint

    http.register(app, blueprint)
    sync.init_app(app)
    holds(app, *holdings.SECTIONS)


__all__ = [
    "COLLECTION",
    "Card",
    "Customer",
    "CustomerEdited",
    "CustomerErased",
    "CustomerFacts",
    "CustomerRegistered",
    "CustomersMerged",
    "CustomersParted",
    "Held",
    "MergedCustomer",
    "Owned",
    "Preference",
    "StoreActivity",
    "StoreDeparture",
    "Subject",
    "add_points",
    "erase",
    "find_one",
    "get_customer",
    "hold",
    "holds",
    "init_app",
    "is_known",
    "masked_phone",
    "merge_into",
    "merged_into",
    "normal_phone",
    "of_table",
    "open_conflicts",
    "part",
    "register",
    "resume",
    "sections",
    "set_facts",
    "shown_words",
    "survivors",
    "suspend",
    "suspended",
]
