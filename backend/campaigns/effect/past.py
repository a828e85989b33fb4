"""Past campaigns: nobody was held out at random, so that what remains is a difference in differences, and its placebo.

Who was sent it is compared with the members of the same source who were not: how purchases changed from the window
before to the campaign's own, each `window_days` business days long. The placebo is the change between the two windows
before it began. In a window without data nothing is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, select

from backend.campaigns.effect import estimates, sentences
from backend.campaigns.effect.outcomes import Bought, counted_stores, left, square_sums, squares, still_sold
from backend.campaigns.effect.statistics import Sums, welch
from backend.campaigns.models import CampaignMember
from backend.core.db import db
from backend.customers import Customer
from backend.sales import Sale

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import CTE, ColumnElement, Row
    from sqlalchemy.sql.selectable import Subquery

    from backend.campaigns.effect.sentences import Sentence
    from backend.campaigns.models import Campaign

_DAY = timedelta(days=1)
_WINDOWS = ("after", "before", "earlier")
_CHANGES = ("share", "spend", "placebo_share", "placebo_spend")


@dataclass(frozen=True, slots=True)
class Changes:
    """Of some members: what they bought in the campaign's window, and the four changes member by member."""

    bought: Bought
    share: Sums
    spend: Sums
    placebo_share: Sums
    placebo_spend: Sums


@dataclass(frozen=True, slots=True)
class Compared:
    """Who was sent it and the others, and why there is no figure: of the campaign, and of its placebo."""

    sent: Changes
    others: Changes
    reason: str | None
    placebo_reason: str | None


def compare(campaign: Campaign) -> Compared:
    """Work it out, in one pass over the sales of the source's members in three windows."""
    begun = _begun(campaign)
    if begun is None:
        return Compared(_NONE, _NONE, "not_begun", "not_begun")
    found = {bool(row.sent): _changes(row) for row in _sums(campaign, begun)}
    sent, others = found.get(True, _NONE), found.get(False, _NONE)
    first, last = _data_days(campaign)
    length = campaign.window_days * _DAY
    few = "too_few" if min(sent.bought.members, others.bought.members) < estimates.FEW else None
    early = "no_sales_before" if first is None or first > begun - length else None
    late = "no_sales_after" if last is None or last < begun + length - _DAY else None
    earlier = "no_sales_before" if first is None or first > begun - 2 * length else None
    return Compared(sent, others, early or late or few, earlier or few)


def shown(campaign: Campaign, compared: Compared) -> dict[str, Any]:
    """In the shape of `DifferencesSchema`."""
    share, spend = sentences.share_changed(), sentences.spend_changed(campaign.currency)
    told: dict[str, Sentence] = dict(zip(_CHANGES, (share, spend) * 2, strict=True))
    figures = {name: _difference(compared, name, told[name]) for name in _CHANGES}
    return {"sent": compared.sent.bought.members, "others": compared.others.bought.members} | figures


def _difference(compared: Compared, name: str, sentence: Sentence) -> estimates.Estimate:
    reason = compared.placebo_reason if name.startswith("placebo") else compared.reason
    if reason is not None:
        return estimates.unknown(reason)
    sent, others = getattr(compared.sent, name), getattr(compared.others, name)
    return estimates.known(welch(sent, others), "welch", sentence)


def _begun(campaign: Campaign) -> date | None:
    """The first day of the campaign, by the key of campaign_member."""
    query = select(func.min(CampaignMember.entered_on)).where(CampaignMember.campaign_id == campaign.id)
    return db.session.scalar(query)


def _data_days(campaign: Campaign) -> tuple[date | None, date | None]:
    """The first and the last day on which members of the source bought, along ix_sale_customer alone."""
    ours = select(Customer.id).where(Customer.source == campaign.source)
    query = select(func.min(Sale.business_day), func.max(Sale.business_day)).where(Sale.customer_id.in_(ours))
    first, last = db.session.execute(query).one()
    return first, last


def _sums(campaign: Campaign, begun: date) -> list[Row[Any]]:
    """Sums of both groups; members by ix_customer_source, their sales by ix_sale_customer."""
    spent = _spent(campaign, begun)
    sent = exists().where(CampaignMember.campaign_id == campaign.id, CampaignMember.customer_id == Customer.id)
    who = (
        select(Customer.id, case((sent, 1), else_=0).label("sent")).where(Customer.source == campaign.source).cte("who")
    )

    def net(name: str) -> ColumnElement[int]:
        return func.coalesce(spent.c[f"{name}_net"], 0)

    def bought(name: str) -> ColumnElement[int]:
        return case((func.coalesce(spent.c[f"{name}_sales"], 0) > 0, 1), else_=0)

    changes = (
        bought("after") - bought("before"),
        net("after") - net("before"),
        bought("before") - bought("earlier"),
        net("before") - net("earlier"),
    )
    columns = [func.count().label("members"), func.sum(bought("after")).label("buyers")]
    columns += [func.sum(func.coalesce(spent.c.after_sales, 0)).label("sales"), func.max(net("after")).label("largest")]
    for name, value in zip(("net", *_CHANGES), (net("after"), *changes), strict=True):
        parts = zip(("total", "high", "mixed", "low"), square_sums(value), strict=True)
        columns += [part.label(f"{name}_{label}") for label, part in parts]
    query = select(who.c.sent, *columns).select_from(who).outerjoin(spent, spent.c.customer_id == who.c.id)
    return list(db.session.execute(query.group_by(who.c.sent)))


def _spent(campaign: Campaign, begun: date) -> Subquery:
    """By member with a purchase: how many sales and how much in each of the three windows."""
    length = campaign.window_days * _DAY
    starts = dict(zip(_WINDOWS, (begun, begun - length, begun - 2 * length), strict=True))
    sold = _sold(campaign, (starts["earlier"], begun + length - _DAY))
    columns: list[ColumnElement[Any]] = []
    for name, start in starts.items():
        within = sold.c.business_day.between(start, start + length - _DAY)
        counted = and_(within, sold.c.currency == campaign.currency)
        columns.append(func.sum(case((within, 1), else_=0)).label(f"{name}_sales"))
        columns.append(func.sum(case((counted, sold.c.left), else_=0)).label(f"{name}_net"))
    return select(sold.c.customer_id, *columns).group_by(sold.c.customer_id).subquery()


def _sold(campaign: Campaign, days: tuple[date, date]) -> CTE:
    """The sales of the source's members on these days."""
    return (
        select(Sale.customer_id, Sale.business_day, Sale.currency, left().label("left"))
        .where(
            Sale.customer_id.in_(select(Customer.id).where(Customer.source == campaign.source)),
            Sale.business_day.between(*days),
            counted_stores(campaign.business_unit_id),
            still_sold(),
        )
        .cte("sold")
    )


def _changes(row: Row[Any]) -> Changes:
    members = row.members

    def sums(name: str) -> Sums:
        total, *parts = (getattr(row, f"{name}_{label}") for label in ("total", "high", "mixed", "low"))
        return Sums(members, int(total), squares(*parts))

    bought = Bought(members, int(row.buyers), int(row.sales), sums("net"), int(row.largest))
    return Changes(bought, *(sums(name) for name in _CHANGES))


_EMPTY = Sums(0, 0, 0)
_NONE = Changes(Bought(), _EMPTY, _EMPTY, _EMPTY, _EMPTY)
