"""What a campaign brought: compared with whoever was held out, or said not to be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.campaigns.effect.costs import MILLION, Cost, register_costs
from backend.campaigns.effect.models import PastRedemption

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this part to `app`."""
    from backend.campaigns.effect import cli, erasure, holdings, retention
    from backend.campaigns.effect.routes import blueprint
    from backend.core import events, http
    from backend.core.retention import keep
    from backend.customers import CustomerErased, holds

    http.register(app, blueprint)
    holds(app, *holdings.SECTIONS)
    keep(app, *retention.RULES)
    events.subscribe(app, CustomerErased, erasure.erase)
    cli.attach(app)


__all__ = ["MILLION", "Cost", "PastRedemption", "init_app", "register_costs"]
