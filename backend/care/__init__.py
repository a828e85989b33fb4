"""Looking after customers: notes, tasks and lists of calls, events, surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.care.events import Event, EventVisit
from backend.care.models import Note
from backend.care.surveys import Survey, SurveyInvitation
from backend.care.tasks import Task

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.care import erasure, holdings, merges, surveys, sync, tasks
    from backend.care import events as occasions
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
    for part in (tasks, occasions, surveys):
        part.init_app(app)


__all__ = ["Event", "EventVisit", "Note", "Survey", "SurveyInvitation", "Task", "init_app"]
