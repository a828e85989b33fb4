"""Points, grades, coupons and partner cards. So far, the ledger and redemption at the till."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.loyalty.models import PointsEntry
from backend.loyalty.service import Redemption, balance, balances, redeem

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events
    from backend.customers import CustomerErased, CustomersMerged, CustomersParted, holds
    from backend.loyalty import erasure, holdings, merges

    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, CustomersMerged, merges.merged)
    events.subscribe(app, CustomersParted, merges.parted)


__all__ = ["PointsEntry", "Redemption", "balance", "balances", "init_app", "redeem"]
