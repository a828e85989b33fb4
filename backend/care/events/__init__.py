"""Events, and who came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.care.events.models import Event, EventVisit

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this part to `app`."""


__all__ = ["Event", "EventVisit", "init_app"]
