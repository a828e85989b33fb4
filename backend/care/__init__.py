"""Tasks, appointments, notes, wish lists, surveys: looking after customers. So far, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.care.models import Note

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.care import erasure, holdings, merges, sync
    from backend.care.routes import blueprint
    from backend.care.service import last_complaints
    from backend.core import events, http
    from backend.customers import CustomerErased, CustomersParted, holds
    from backend.delivery import register_blackout

    http.register(app, blueprint)
    sync.init_app(app)
    holds(app, *holdings.SECTIONS)
    register_blackout(app, "complaint", last_complaints)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, CustomersParted, merges.parted)


__all__ = ["Note", "init_app"]
