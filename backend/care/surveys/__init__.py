"""Questionnaires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.care.surveys.models import Survey, SurveyInvitation

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this part to `app`."""


__all__ = ["Survey", "SurveyInvitation", "init_app"]
