"""Before sending: how large a lift a campaign could show, by what its audience bought lately."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from backend.campaigns.effect import sentences, statistics
from backend.campaigns.effect.outcomes import counted_stores, left, square_sums, squares, still_sold
from backend.campaigns.effect.statistics import Sums
from backend.campaigns.effect.windows import MEASURED
from backend.campaigns.models import CampaignMember
from backend.core import clock
from backend.core.db import db
from backend.sales import Sale
from backend.segments import Segment, SegmentMember, SegmentVersion

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from backend.campaigns.models import Campaign

_WHOLE = 10_000
_DAY = timedelta(days=1)
_FEW = 30


def advice(campaign: Campaign, wanted: dict[str, Any]) -> dict[str, Any]:
    """In the shape of `AdviceSchema`; `wanted` as `AdviceArgs` has it, None for what the campaign says."""
    holdout = campaign.holdout if wanted["holdout"] is None else wanted["holdout"]
    days = wanted["window_days"] or campaign.window_days
    buyers, spend = _lately(campaign, days)
    held_out = spend.members * holdout // _WHOLE
    shown = {
        "audience": spend.members,
        "treated": spend.members - held_out,
        "held_out": held_out,
        "holdout": holdout,
        "window_days": days,
        "currency": campaign.currency,
        "base_share": buyers / spend.members if spend.members else None,
        "base_mean": spend.mean if spend.members else None,
        "base_deviation": spend.variance**0.5 if spend.members > 1 else None,
        "power": statistics.POWER,
    }
    smallest = _smallest(shown, wanted)
    return shown | {"smallest": smallest, "said": _said(shown, smallest, wanted)}


def _smallest(shown: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """In the shape of `SmallestLiftSchema`."""
    found = dict.fromkeys(("share", "spend", "holdout_for_share", "holdout_for_spend", "reason"))
    if shown["audience"] < 2 * _FEW:
        return found | {"reason": "too_few"}
    of_share = partial(statistics.smallest_share, shown["base_share"])
    of_spend = partial(statistics.smallest_mean, shown["base_deviation"])
    if wanted["share"] is not None:
        found["holdout_for_share"] = statistics.holdout_for(shown["audience"], of_share, wanted["share"] / 100)
    if wanted["spend"] is not None:
        found["holdout_for_spend"] = statistics.holdout_for(shown["audience"], of_spend, wanted["spend"])
    if not shown["held_out"]:
        return found | {"reason": "no_holdout"}
    if shown["held_out"] < _FEW:
        return found | {"reason": "too_few"}
    arms = (shown["treated"], shown["held_out"])
    return found | {"share": of_share(*arms), "spend": of_spend(*arms) if shown["base_deviation"] else None}


def _said(shown: dict[str, Any], smallest: dict[str, Any], wanted: dict[str, Any]) -> sentences.Said:
    asked = wanted["share"] is not None or wanted["spend"] is not None
    parts = [_said_of_lift(shown, smallest)] + ([_said_of_holdout(smallest, wanted)] if asked else [])
    return sentences.joined(*parts)


def _said_of_lift(shown: dict[str, Any], smallest: dict[str, Any]) -> sentences.Said:
    if smallest["reason"] is not None:
        return sentences.of_reason(smallest["reason"])
    if smallest["share"] is None:
        return sentences.said(
            "대상이 적어 어떤 차이도 알아보기 어렵습니다.", "The audience is too small to show any difference."
        )
    base, rise = sentences.percent(shown["base_share"]), f"{100 * smallest['share']:.1f}"
    found = sentences.said(
        f"{shown['held_out']:,}명을 제외하면, 평소 {base}인 구매 비율이 {rise}%p 이상 높아질 때 열에 여덟 번 알아볼 수"
        " 있습니다.",
        f"With {shown['held_out']:,} held out, a rise of {rise} points or more over the usual {base} who buy would be"
        " seen in eight cases of ten.",
    )
    if smallest["spend"] is None:
        return found
    amounts = (sentences.money(smallest["spend"], shown["currency"], language) for language in ("ko", "en"))
    return sentences.joined(found, _of_amounts(*amounts))


def _of_amounts(korean: str, english: str) -> sentences.Said:
    return sentences.said(
        f"금액으로는 한 명에 평균 {korean} 이상 늘어야 알아볼 수 있습니다.",
        f"In amounts it takes {english} more a member on average.",
    )


def _said_of_holdout(smallest: dict[str, Any], wanted: dict[str, Any]) -> sentences.Said:
    needed = [smallest[f"holdout_for_{name}"] for name in ("share", "spend") if wanted[name] is not None]
    if None in needed:
        return sentences.said(
            "절반을 제외하여도 바라시는 차이는 알아보기 어렵습니다.",
            "Not even with half of them held out would the lift that you ask for be seen.",
        )
    share = max(needed) / 100
    return sentences.said(
        f"바라시는 차이를 알아보려면 {share:g}%를 제외하여야 합니다.",
        f"To see the lift that you ask for, hold out {share:g} %.",
    )


def _lately(campaign: Campaign, days: int) -> tuple[int, Sums]:
    """How many of the audience bought in the last `days`, and what they spent, by ix_sale_customer."""
    until = clock.now()
    since = until - days * _DAY
    audience = _audience(campaign).cte("audience")
    net = func.sum(case((Sale.currency == campaign.currency, left()), else_=0))
    of_each = (
        select(audience.c.id, func.count(Sale.id).label("sales"), func.coalesce(net, 0).label("net"))
        .select_from(audience)
        .outerjoin(Sale, and_(Sale.customer_id == audience.c.id, *_sold(campaign, since, until)))
        .group_by(audience.c.id)
        .subquery()
    )
    bought = func.sum(case((of_each.c.sales > 0, 1), else_=0))
    query = select(func.count(), bought, *square_sums(of_each.c.net)).select_from(of_each)
    members, buyers, total, *parts = db.session.execute(query).one()
    return int(buyers or 0), Sums(members, int(total or 0), squares(*parts))


def _sold(campaign: Campaign, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Sale.business_day.between((since - _DAY).date(), (until + _DAY).date()),
        Sale.occurred_at >= since,
        Sale.occurred_at < until,
        counted_stores(campaign.business_unit_id),
        still_sold(),
    )


def _audience(campaign: Campaign) -> Select[str]:
    """Who is measured, once frozen; before that whoever its segment means now."""
    if campaign.frozen_at is not None or campaign.kind == "past":
        frozen = select(CampaignMember.customer_id.label("id")).distinct()
        return frozen.where(CampaignMember.campaign_id == campaign.id, CampaignMember.arm.in_(MEASURED))
    segment = db.session.get(Segment, campaign.segment_id) if campaign.segment_id else None
    if campaign.rule is None and (segment is None or segment.kind == "list"):
        listed = select(SegmentMember.customer_id.label("id")).distinct()
        return listed.where(SegmentMember.segment_id == campaign.segment_id)
    return _by_rule(campaign, segment)


def _by_rule(campaign: Campaign, segment: Segment | None) -> Select[Any]:
    from backend.segments import language  # noqa: PLC0415 - needed for drafts alone

    tree = campaign.rule
    if tree is None and segment is not None:
        number = campaign.segment_version or segment.version
        tree = db.session.get_one(SegmentVersion, (segment.id, number)).rule
    return language.members(language.parse(tree), language.Asked(clock.now()))
