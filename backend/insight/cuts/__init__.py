"""What members are compared with on a day: fifths of everybody, cycles of those alike, mean prices; dated versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight.cuts.models import Cuts, SimilarCycle

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Draw cut-points whenever scores are refreshed, and show tablets the cycles of those alike."""
    from backend.core import events
    from backend.insight.cuts import service, sync
    from backend.insight.scoring import ScoresRefreshed

    sync.init_app(app)
    events.subscribe(app, ScoresRefreshed, service.refreshed)


__all__ = ["Cuts", "SimilarCycle", "init_app"]
