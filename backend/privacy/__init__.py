"""What the law gives every person: a log of who looked at her data, and being forgotten everywhere, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.privacy.blocks import clean_blocks
from backend.privacy.models import Erasure
from backend.privacy.retention import RetentionPeriod, RetentionRun

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`: last of all who hear of a registration, since it may undo what they wrote."""
    from backend.core import events, http, jobs
    from backend.customers import CustomerRegistered, holds
    from backend.privacy import access_log, cli, holdings, retention, routes, service, tending

    http.register(app, routes.blueprint)
    holds(app, *holdings.SECTIONS)
    app.cli.add_command(cli.privacy_group)
    access_log.init_app(app)
    retention.init_app(app)
    jobs.every(app, 60.0, "privacy", tending.tend)
    events.subscribe(app, CustomerRegistered, service.erase_at_once)
    events.subscribe(app, events.RestoreBegins, service.carry_over)
    events.subscribe(app, events.DatabaseRestored, service.forget_again)


__all__ = ["Erasure", "RetentionPeriod", "RetentionRun", "clean_blocks", "init_app"]
