"""Coupons: what they are, the codes that are issued, and what becomes of them at the till."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.loyalty.coupons.models import Coupon, CouponCode, CouponIssue, CouponUse
from backend.loyalty.coupons.redeeming import (
    NOTHING,
    Redeemed,
    Redeeming,
    give_back,
    keep,
    multipliers,
    read,
)
from backend.loyalty.coupons.reports import UnitSales, told_by
from backend.loyalty.coupons.rules import Basket, Line, code_of

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events, http, jobs
    from backend.customers import CustomerErased, holds
    from backend.loyalty.coupons import cli, erasure, holdings, sync, tending
    from backend.loyalty.coupons.routes import blueprint

    http.register(app, blueprint)
    sync.init_app(app)
    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerErased, erasure.erase)
    jobs.every(app, tending.EVERY, "coupons", tending.issue_waiting)
    app.cli.add_command(cli.coupons_group)


__all__ = [
    "NOTHING",
    "Basket",
    "Coupon",
    "CouponCode",
    "CouponIssue",
    "CouponUse",
    "Line",
    "Redeemed",
    "Redeeming",
    "UnitSales",
    "code_of",
    "give_back",
    "init_app",
    "keep",
    "multipliers",
    "read",
    "told_by",
]
