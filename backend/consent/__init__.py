"""The append-only consent ledger, and what it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.consent.models import ConsentEntry, ConsentWording
from backend.consent.rules import ConsentState
from backend.consent.service import current_state, record, refresh_senders

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.consent import erasure, holdings, merges, sync
    from backend.consent.routes import blueprint
    from backend.consent.service import add_standard_wordings, record_with_registration
    from backend.core import events, http
    from backend.customers import CustomerErased, CustomerRegistered, CustomersMerged, CustomersParted, holds

    http.register(app, blueprint)
    sync.init_app(app)
    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerRegistered, record_with_registration)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, CustomersMerged, merges.merged)
    events.subscribe(app, CustomersParted, merges.parted)
    events.subscribe(app, events.DatabasePrepared, add_standard_wordings)


__all__ = [
    "ConsentEntry",
    "ConsentState",
    "ConsentWording",
    "current_state",
    "init_app",
    "record",
    "refresh_senders",
]
