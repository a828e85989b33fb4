"""The append-only consent ledger, and what it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.consent.existing import deals
from backend.consent.law_kr import (
    RECONFIRM_YEARS,
    RESULT_NOTICE_DAYS,
    add_months,
    existing_customer_until,
    reconfirm_by,
)
from backend.consent.ledger import children, grants_between, permitting, standing, standing_refusals
from backend.consent.models import ConsentEntry, ConsentWording
from backend.consent.reach import has_agreed, has_refused, is_child, is_existing_customer, permits
from backend.consent.rules import ConsentState, Permission
from backend.consent.service import ConsentRecorded, current_state, current_states, may_text, record, refresh_senders
from backend.consent.wordings import shown_text

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.consent import erasure, holdings, merges, sync
    from backend.consent.routes import blueprint
    from backend.consent.service import answer_standing, follow_birth_date, record_with_registration
    from backend.consent.wordings import add_standard_wordings
    from backend.core import events, http
    from backend.customers import (
        CustomerEdited,
        CustomerErased,
        CustomerRegistered,
        CustomersMerged,
        CustomersParted,
        StandingConsentAsked,
        holds,
    )

    http.register(app, blueprint)
    sync.init_app(app)
    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerRegistered, record_with_registration)
    events.subscribe(app, CustomerEdited, follow_birth_date)
    events.subscribe(app, StandingConsentAsked, answer_standing)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, CustomersMerged, merges.merged)
    events.subscribe(app, CustomersParted, merges.parted)
    events.subscribe(app, events.DatabasePrepared, add_standard_wordings)


__all__ = [
    "RECONFIRM_YEARS",
    "RESULT_NOTICE_DAYS",
    "ConsentEntry",
    "ConsentRecorded",
    "ConsentState",
    "ConsentWording",
    "Permission",
    "add_months",
    "children",
    "current_state",
    "current_states",
    "deals",
    "existing_customer_until",
    "grants_between",
    "has_agreed",
    "has_refused",
    "init_app",
    "is_child",
    "is_existing_customer",
    "may_text",
    "permits",
    "permitting",
    "reconfirm_by",
    "record",
    "refresh_senders",
    "shown_text",
    "standing",
    "standing_refusals",
]
