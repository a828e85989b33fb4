"""The stores' lists of members at risk, and what came of asking them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight.outreach.models import AtRisk, Outreach

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the lists to `app`."""
    from backend.core import http
    from backend.core.retention import keep
    from backend.insight.outreach import following, retention, sync
    from backend.insight.outreach.routes import blueprint

    http.register(app, blueprint)
    sync.init_app(app)
    following.init_app(app)
    keep(app, *retention.RULES)


__all__ = ["AtRisk", "Outreach", "init_app"]
