"""Short links of one recipient each: who opened what, without following anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sms.links.models import LinkClick, ShortLink
from sms.links.service import keep
from sms.links.shortening import Shortened, shortened

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the page `/l/CODE`, and what members hold of it."""
    from backend.core import events
    from backend.core.retention import keep as keep_for
    from backend.customers import CustomerErased, holds
    from sms.links import erasure, holdings, pages, retention

    app.register_blueprint(pages.blueprint)
    holds(app, *holdings.SECTIONS)
    keep_for(app, *retention.RULES)
    events.subscribe(app, CustomerErased, erasure.erase)


__all__ = ["LinkClick", "ShortLink", "Shortened", "init_app", "keep", "shortened"]
