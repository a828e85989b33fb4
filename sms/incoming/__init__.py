"""What people write back: taken from the provider, told from refusals, put into their conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sms.incoming.models import Incoming, Word

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach to `app`: the webhook, routes, and what follows for texts when customers are merged, parted or erased."""
    from backend.core import events, http
    from backend.core.retention import keep
    from backend.customers import CustomerErased, CustomersParted, holds
    from sms.incoming import erasure, holdings, merges, retention, routes, webhook, word_routes

    app.register_blueprint(webhook.blueprint)
    http.register(app, routes.blueprint)
    http.register(app, word_routes.blueprint)
    holds(app, *holdings.SECTIONS)
    keep(app, *retention.RULES)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, CustomersParted, merges.parted)


__all__ = ["Incoming", "Word", "init_app"]
