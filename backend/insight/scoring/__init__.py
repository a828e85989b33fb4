"""What the models say of each member, kept for a day: fitted, judged and released by the worker, version by version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.insight.scoring.models import InsightModel, MemberScore

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask


@dataclass(frozen=True)
class ScoresRefreshed:
    """Every member's scores are now those of `as_of`; published in the unit of work that ends a refresh."""

    as_of: date
    model_id: str


def init_app(app: Flask) -> None:
    """Have scores refreshed at night and when somebody asks, and go with what they rest on."""
    from backend.core import events, http, jobs
    from backend.customers import ConsentWithdrawn, CustomersMerged, CustomersParted, CustomerSuspended
    from backend.insight.scoring import routes, tending, withdrawals

    http.register(app, routes.blueprint)
    events.subscribe(app, ConsentWithdrawn, withdrawals.consent_withdrawn)
    events.subscribe(app, CustomerSuspended, withdrawals.suspended)
    events.subscribe(app, CustomersMerged, withdrawals.merged)
    events.subscribe(app, CustomersParted, withdrawals.parted)
    jobs.loop(app, "insight", tending.watch)
    jobs.every(app, tending.NIGHTLY, "insight-nightly", tending.nightly)


def refresh_now() -> bool:
    """Refresh every score in this process, as the worker does in a child; whether it ended well.

    Loads numpy: for commands. Opens units of work of its own. Raises `Conflict` while another refresh is under way.
    """
    from backend.insight.scoring.commanded import refresh

    return refresh(as_of=None).state == "ready"


__all__ = ["InsightModel", "MemberScore", "ScoresRefreshed", "init_app", "refresh_now"]
