"""`wsgi:app` on the carrier's clock, for the run's web processes."""

from __future__ import annotations

from tests.chaos.texts import hands
from wsgi import app

hands.follow()

__all__ = ["app"]
