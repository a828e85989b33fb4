"""What a store has to do for its customers, and lists of calls dealt out to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.care.tasks.models import Task

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this part to `app`."""


__all__ = ["Task", "init_app"]
