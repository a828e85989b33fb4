"""Imports as the desk asks for them: a file is uploaded, looked at, checked, imported by the worker, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach uploads, runs and the worker's part to `app`."""
    from backend.core import events, http, jobs
    from backend.customers import CustomerErased
    from backend.unify.desk import erasure, routes, uploads, worker

    http.register(app, routes.blueprint)
    jobs.loop(app, "imports", worker.run)
    jobs.every(app, 600.0, "import-uploads", uploads.tend)
    events.subscribe(app, CustomerErased, erasure.erase)


__all__ = ["init_app"]
