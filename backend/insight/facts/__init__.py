"""What each member's purchases add up to, current with every sale, return, merge and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight.facts.models import SEPARATOR, MemberFacts

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Follow what sales tell."""
    from backend.core import events
    from backend.customers import CustomersMerged
    from backend.insight.facts import following
    from backend.sales import PurchasesChanged, SalesTaken

    events.subscribe(app, SalesTaken, following.taken)
    events.subscribe(app, PurchasesChanged, following.changed)
    events.subscribe(app, events.DatabasePrepared, following.prepared)
    events.subscribe(app, events.DatabaseRestored, following.prepared)
    events.subscribe(app, CustomersMerged, following.merged)


__all__ = ["SEPARATOR", "MemberFacts", "init_app"]
