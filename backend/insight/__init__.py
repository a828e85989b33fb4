"""Who is due, who is leaving, what they are worth, what to offer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight.cuts import SimilarCycle
from backend.insight.facts import MemberFacts
from backend.insight.offers import PairingRun, ProductPairing, refresh_pairings
from backend.insight.outreach import AtRisk, Outreach
from backend.insight.rules import LONG_SILENCE, REGULAR_DAYS
from backend.insight.scoring import MemberScore, refresh_now

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events
    from backend.customers import CustomerErased, holds
    from backend.insight import cli, cuts, erasure, facts, holdings, offers, outreach, scoring

    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerErased, erasure.erase)
    for part in (facts, cuts, scoring, outreach):
        part.init_app(app)
    app.cli.add_command(cli.insight_group)
    offers.init_app(app)


__all__ = [
    "LONG_SILENCE",
    "REGULAR_DAYS",
    "AtRisk",
    "MemberFacts",
    "MemberScore",
    "Outreach",
    "PairingRun",
    "ProductPairing",
    "SimilarCycle",
    "init_app",
    "refresh_now",
    "refresh_pairings",
]
