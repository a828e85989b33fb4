"""Who looked at whose data: reported by tablets, sealed so that nobody changes it unnoticed, searched by admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.privacy.access_log.models import AccessSeal

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the log to `app`."""
    from backend.core import http, jobs
    from backend.privacy.access_log import routes, sync, tending

    http.register(app, routes.blueprint)
    sync.init_app(app)
    jobs.every(app, 60.0, "access-log", tending.tend)


__all__ = ["AccessSeal", "init_app"]
