"""Points, grades, coupons and partner cards. Here are the points: what they are given for, the ledger, how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.loyalty.access import expiring as next_expiring
from backend.loyalty.baskets import Sold, SoldLine
from backend.loyalty.corrections.models import PointsCorrection
from backend.loyalty.corrections.service import waiting_for as waiting_corrections
from backend.loyalty.earning import Rule, month_end
from backend.loyalty.earning_rules import placed
from backend.loyalty.grades.models import Grade, MemberGrade
from backend.loyalty.grades.purchases import counts_purchases
from backend.loyalty.ledger import balance, balances, entry, post, settle
from backend.loyalty.models import EarningRule, PointsEntry, PointsLot
from backend.loyalty.notices import Expiring, expiring_on, soon_expiring
from backend.loyalty.partners.incoming import Wish, take_in
from backend.loyalty.partners.models import Partner, PartnerKey, PartnerRate, PartnerTransfer
from backend.loyalty.partners.outgoing import Answer, answer, send
from backend.loyalty.schemas import EarningRuleData
from backend.loyalty.service import Lacking, adjust, missing
from backend.loyalty.tending import expire_due
from backend.loyalty.trying import Tried, try_rule

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events, http, jobs
    from backend.customers import CustomerErased, CustomersMerged, CustomersParted, holds
    from backend.loyalty import coupons, erasure, holdings, merges, tending
    from backend.loyalty.corrections import holdings as correction_holdings
    from backend.loyalty.corrections import routes as correction_routes
    from backend.loyalty.grades import cli as grades_cli
    from backend.loyalty.grades import merges as grade_merges
    from backend.loyalty.grades import routes as grade_routes
    from backend.loyalty.grades import sync as grade_sync
    from backend.loyalty.grades import tending as grade_tending
    from backend.loyalty.partners import cli as partner_cli
    from backend.loyalty.partners import erasure as partner_erasure
    from backend.loyalty.partners import holdings as partner_holdings
    from backend.loyalty.partners import routes as partner_routes
    from backend.loyalty.partners.systems import routes as partner_systems
    from backend.loyalty.programme import routes as programme_routes
    from backend.loyalty.programme import service as programme
    from backend.loyalty.programme import sync as programme_sync
    from backend.loyalty.routes import blueprint

    http.register(app, blueprint)
    http.register(app, programme_routes.blueprint)
    http.register(app, grade_routes.blueprint)
    programme_sync.init_app(app)
    grade_sync.init_app(app)
    http.register(app, correction_routes.blueprint)
    http.register(app, partner_routes.blueprint)
    http.register(app, partner_systems.blueprint)
    holds(app, *holdings.SECTIONS, *partner_holdings.SECTIONS, *correction_holdings.SECTIONS)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, CustomerErased, partner_erasure.erase)
    events.subscribe(app, CustomersMerged, merges.merged)
    events.subscribe(app, CustomersParted, merges.parted)
    events.subscribe(app, CustomersMerged, grade_merges.merged)
    events.subscribe(app, CustomersParted, grade_merges.parted)
    events.subscribe(app, events.DatabasePrepared, tending.prepare)
    events.subscribe(app, events.DatabasePrepared, programme.prepare)
    app.cli.add_command(partner_cli.partners_group)
    jobs.every(app, tending.EVERY, "points", tending.expire_due)
    jobs.every(app, grade_tending.EVERY, "grades", grade_tending.work)
    jobs.every(app, grade_tending.MONTHLY, "grades-monthly", grade_tending.evaluate_monthly)
    app.cli.add_command(grades_cli.grades_group)
    coupons.init_app(app)


__all__ = [
    "Answer",
    "EarningRule",
    "EarningRuleData",
    "Expiring",
    "Grade",
    "Lacking",
    "MemberGrade",
    "Partner",
    "PartnerKey",
    "PartnerRate",
    "PartnerTransfer",
    "PointsCorrection",
    "PointsEntry",
    "PointsLot",
    "Rule",
    "Sold",
    "SoldLine",
    "Tried",
    "Wish",
    "adjust",
    "answer",
    "balance",
    "balances",
    "counts_purchases",
    "entry",
    "expire_due",
    "expiring_on",
    "init_app",
    "missing",
    "month_end",
    "next_expiring",
    "placed",
    "post",
    "send",
    "settle",
    "soon_expiring",
    "take_in",
    "try_rule",
    "waiting_corrections",
]
