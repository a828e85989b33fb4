"""What to offer: articles that are bought together and next, and what of them suits a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight.offers.models import PairingRun, ProductPairing
from backend.insight.offers.tending import refresh as refresh_pairings

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the collection, the worker's job and the commands to `app`."""
    from backend.core import jobs
    from backend.insight.cli import insight_group
    from backend.insight.offers import cli, sync, tending

    sync.init_app(app)
    jobs.every(app, tending.EVERY, "pairings", tending.tend)
    insight_group.add_command(cli.pairings_command)
    insight_group.add_command(cli.suggest_command)


__all__ = ["PairingRun", "ProductPairing", "init_app", "refresh_pairings"]
