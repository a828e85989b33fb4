"""What the models say of each member, kept for a day: fitted, judged and released by the worker, version by version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.insight.scoring.models import InsightModel, MemberScore

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class ScoresRefreshed:
    """Every member's scores are now those of `as_of`; published in the unit of work that ends a refresh."""

    as_of: date
    model_id: str


__all__ = ["InsightModel", "MemberScore", "ScoresRefreshed"]
