"""Sale, return, pick-up and after-care. So far, the sale and its return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.sales.days import main_currency, purchase_days
from backend.sales.deals import bought_since, last_deals
from backend.sales.facts import STILL_SOLD, PurchasesChanged, refresh_purchase_facts
from backend.sales.increments import Purchase, SalesTaken
from backend.sales.models import Sale, SaleCoupon, SaleLine, SaleReturn, SaleReturnLine
from backend.sales.news import SalesFlagged
from backend.sales.past import PastLine, PastSale, add_past_sales, remove_past_sales
from backend.sales.peace import last_returns
from backend.sales.points import award as award_points

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events, http, jobs
    from backend.customers import CustomerErased, CustomersMerged, CustomersParted, holds
    from backend.loyalty import counts_purchases
    from backend.loyalty import coupons as redeemed
    from backend.sales import cli, coupons, erasure, holdings, merges, policies, sync
    from backend.sales.grades import PurchaseFigures
    from backend.sales.routes import blueprint
    from backend.sales.trials import routes as trial_routes
    from backend.sales.trials import tending as trials

    http.register(app, blueprint)
    http.register(app, trial_routes.blueprint)
    sync.init_app(app)
    counts_purchases(app, PurchaseFigures)
    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, CustomersMerged, merges.merged)
    events.subscribe(app, CustomersParted, merges.parted)
    jobs.every(app, 30.0, "unit-policies", policies.apply)
    jobs.every(app, trials.EVERY, "rule-trials", trials.work)
    app.cli.add_command(cli.sales_group)
    redeemed.told_by(app, coupons.sales_with)


__all__ = [
    "STILL_SOLD",
    "PastLine",
    "PastSale",
    "Purchase",
    "PurchasesChanged",
    "Sale",
    "SaleCoupon",
    "SaleLine",
    "SaleReturn",
    "SaleReturnLine",
    "SalesFlagged",
    "SalesTaken",
    "add_past_sales",
    "award_points",
    "bought_since",
    "init_app",
    "last_deals",
    "last_returns",
    "main_currency",
    "purchase_days",
    "refresh_purchase_facts",
    "remove_past_sales",
]
