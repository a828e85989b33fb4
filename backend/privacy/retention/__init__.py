"""How long things are kept: periods that an admin sets, a dry run, and the worker that applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.privacy.retention.models import RetentionPeriod, RetentionRun

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach retention to `app`."""
    from backend.core import http, jobs
    from backend.core.retention import keep
    from backend.privacy.retention import routes, rules_of_members, tending

    http.register(app, routes.blueprint)
    keep(app, *rules_of_members.RULES)
    jobs.every(app, 30.0, "retention", tending.tend)


__all__ = ["RetentionPeriod", "RetentionRun", "init_app"]
