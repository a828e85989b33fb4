"""Ways to refuse that cost nothing: a link for each recipient, 080 numbers; and what is written down of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sms.refusals.links import way_to_refuse, with_links
from sms.refusals.models import RefusalLink, RefusalUnit

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach to `app`: the public page, routes, and what is erased with a customer."""
    from backend.core import events, http
    from backend.customers import CustomerErased, holds
    from sms.refusals import calls, erasure, holdings, page, routes

    app.register_blueprint(page.blueprint)
    http.open_form(app, f"{page.blueprint.name}.{page.say.__name__}")
    http.register(app, calls.blueprint)
    http.register(app, routes.blueprint)
    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerErased, erasure.erase)


__all__ = ["RefusalLink", "RefusalUnit", "init_app", "way_to_refuse", "with_links"]
