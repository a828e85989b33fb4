"""What members are compared with on a day: fifths of everybody, cycles of those alike, mean prices; dated versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight.cuts.models import Cuts, SimilarCycle

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Show tablets the cycles of those alike."""
    from backend.insight.cuts import sync

    sync.init_app(app)


__all__ = ["Cuts", "SimilarCycle", "init_app"]
