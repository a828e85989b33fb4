"""The report of a campaign, put together, and its line in the comparison."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.campaigns.effect import costs, estimates, groups, outcomes, past, sentences, stages, windows
from backend.campaigns.effect.outcomes import Bought, Cell
from backend.campaigns.effect.schemas import STAGES
from backend.campaigns.effect.statistics import newcombe
from backend.core import clock
from backend.core.db import db
from backend.organization import Staff, Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backend.campaigns.effect.estimates import Estimate
    from backend.campaigns.effect.sentences import Said
    from backend.campaigns.effect.statistics import Interval
    from backend.campaigns.models import Campaign

_LIFTS = ("share", "spend", "buyers", "amount")


def report(campaign: Campaign, *, margin: float | None = None) -> dict[str, Any]:
    """Everything, in the shape of `EffectSchema`; `margin` in percent of revenue."""
    if campaign.kind == "past":
        return _of_past(campaign, margin)
    about, cells = _about(campaign), outcomes.by_cell(campaign)
    treated, held_out = _arm(cells, "treated"), _arm(cells, "held_out")
    lift = _lift(campaign, treated, held_out, begun=about["from_at"] is not None)
    abroad = outcomes.left_out(campaign)
    shown = {
        "campaign": about,
        "basis": "holdout" if held_out.members else "none",
        "said": _said(lift),
        "notes": _notes(campaign, about, lift, abroad),
        "arms": [groups.arm("treated", treated), groups.arm("held_out", held_out)],
        "left_out": abroad,
        "lift": lift,
        "differences": None,
        "groups": _groups(campaign, cells),
    }
    return shown | _common(campaign, treated, held_out, lift["amount"], margin)


def line(campaign: Campaign) -> dict[str, Any]:
    """Key figures, in the shape of `EffectLineSchema`."""
    about = _about(campaign)
    if campaign.kind == "past":
        compared = past.compare(campaign)
        treated, held_out, basis = compared.sent.bought, Bought(), "differences"
        compared_by = past.shown(campaign, compared)
    else:
        cells = outcomes.by_cell(campaign)
        treated, held_out = _arm(cells, "treated"), _arm(cells, "held_out")
        basis = "holdout" if held_out.members else "none"
        compared_by = _lift(campaign, treated, held_out, begun=about["from_at"] is not None)
    redeemed = stages.redeemed(campaign)
    return {
        "campaign": about,
        "basis": basis,
        "treated": treated.members,
        "held_out": held_out.members,
        "bought": treated.buyers,
        "bought_share": _share(treated.buyers, treated.members),
        "redeemed": redeemed,
        "redeemed_share": None if redeemed is None else _share(redeemed, treated.members),
        "net": treated.spend.total,
        "share": compared_by["share"],
        "spend": compared_by["spend"],
    }


def _of_past(campaign: Campaign, margin: float | None) -> dict[str, Any]:
    about, compared = _about(campaign), past.compare(campaign)
    differences = past.shown(campaign, compared)
    unknown = estimates.unknown("no_holdout")
    abroad = outcomes.left_out(campaign)
    shown = {
        "campaign": about,
        "basis": "differences",
        "said": _said_of_past(differences),
        "notes": _notes_of_past(differences),
        "arms": [groups.arm("treated", compared.sent.bought), groups.arm("others", compared.others.bought)],
        "left_out": abroad,
        "lift": dict.fromkeys(_LIFTS, unknown) | {"caution": None},
        "differences": differences,
        "groups": [],
    }
    return shown | _common(campaign, compared.sent.bought, Bought(), unknown, margin)


def _about(campaign: Campaign) -> dict[str, Any]:
    span = windows.bounds(campaign.id)
    until = span[1] + timedelta(days=campaign.window_days) if span else None
    names = ("id", "name", "kind", "state", "currency", "window_days")
    return {name: getattr(campaign, name) for name in names} | {
        "from_at": span[0] if span else None,
        "until_at": until,
        "over": until is not None and until <= clock.now(),
        "triggered": campaign.trigger is not None,
    }


def _common(
    campaign: Campaign, treated: Bought, held_out: Bought, amount: Estimate, margin: float | None
) -> dict[str, Any]:
    """What every report has, however it is compared."""
    events = stages.event_ids(campaign)
    answers, paid = stages.answers(campaign, events), costs.of(campaign)
    return {
        "stages": _stages(campaign, events, treated, answers.satisfied if answers.asked else None),
        "satisfaction": {
            "asked": answers.asked,
            "answered": answers.answered,
            "satisfied": answers.satisfied,
            "mean": answers.mean,
        },
        "refusals": _refusals(campaign, treated, held_out),
        "costs": [costs.shown(cost) for cost in paid],
        "returned": _returned(campaign, amount, paid, margin),
    }


def _stages(campaign: Campaign, events: list[str], treated: Bought, satisfied: int | None) -> list[dict[str, Any]]:
    delivered, clicked = stages.reached(campaign)
    visited, redeemed = stages.visited(campaign, events), stages.redeemed(campaign)
    found = (treated.members, delivered, clicked, visited, treated.buyers, redeemed, satisfied)
    missing = {"delivered": "unknown", "visited": "no_event", "redeemed": "no_coupon", "satisfied": "not_asked"}
    missing["clicked"] = "unknown" if campaign.kind == "past" else "no_link"
    return [
        {
            "stage": stage,
            "members": members,
            "share": None if members is None else _share(members, treated.members),
            "reason": missing[stage] if members is None else None,
        }
        for stage, members in zip(STAGES, found, strict=True)
    ]


def _lift(campaign: Campaign, treated: Bought, held_out: Bought, *, begun: bool) -> dict[str, Any]:
    """In the shape of `EffectLiftSchema`."""
    if not begun or not held_out.members:
        reason = "no_holdout" if begun else "not_begun"
        return dict.fromkeys(_LIFTS, estimates.unknown(reason)) | {"caution": None}
    against = estimates.HELD_OUT
    share = estimates.shares(treated, held_out, sentences.share_against(*against))
    spend = estimates.spends(treated, held_out, sentences.spend_against(*against, campaign.currency))

    def for_all(interval: Interval) -> Interval:
        return interval.times(treated.members)

    return {
        "share": share,
        "spend": spend,
        "buyers": estimates.scaled(share, for_all, sentences.more_buyers()),
        "amount": estimates.scaled(spend, for_all, sentences.more_sold(campaign.currency)),
        "caution": "heavy_tail" if spend["computable"] and estimates.heavy_tailed(treated, held_out) else None,
    }


def _refusals(campaign: Campaign, treated: Bought, held_out: Bought) -> dict[str, Any]:
    refused = stages.refused(campaign)
    if min(treated.members, held_out.members) >= estimates.FEW:
        found = newcombe((refused.treated, treated.members), (refused.held_out, held_out.members))
        difference = estimates.known(found, "newcombe", sentences.refusals())
    else:
        difference = estimates.unknown("too_few" if held_out.members else "no_holdout")
    return {
        "treated": refused.treated,
        "treated_per_thousand": _share(1_000 * refused.treated, treated.members),
        "held_out": refused.held_out,
        "held_out_per_thousand": _share(1_000 * refused.held_out, held_out.members),
        "difference": difference,
        "by_link": None if campaign.kind != "text" else refused.by_link,
    }


def _returned(
    campaign: Campaign, amount: Estimate, paid: list[costs.Cost], margin: float | None
) -> dict[str, Any]:  # fmt: skip
    """In the shape of `EffectReturnSchema`."""
    cost, reason = costs.carried(paid, campaign)
    part = 1.0 if margin is None else margin / 100
    shown: dict[str, Any] = {"margin": margin, "cost": cost}
    if cost is None:
        unknown = estimates.unknown(reason or "no_cost")
        return shown | {"gain": unknown, "ratio": unknown}
    gain = estimates.scaled(amount, lambda found: found.times(part).plus(-cost), sentences.gained(campaign.currency))
    if not cost:
        return shown | {"gain": gain, "ratio": estimates.unknown("no_cost")}
    return shown | {
        "gain": gain,
        "ratio": estimates.scaled(amount, lambda found: found.times(part / cost), sentences.ratio()),
    }


def _groups(campaign: Campaign, cells: dict[Cell, Bought]) -> list[dict[str, Any]]:
    labels = {variant.number: variant.label for variant in campaign.variants}
    stores = dict(db.session.execute(select(Store.id, Store.name)).all())
    grades = {cell.grade: cell.grade for cell in cells if cell.grade is not None}
    found = [
        groups.by_variant(cells, labels, campaign.currency),
        groups.by_field("grade", cells, grades, campaign.currency),
        groups.by_field("store", cells, stores, campaign.currency),
    ]
    if campaign.kind == "call":
        callers = {cell.staff_id for cell in cells if cell.staff_id is not None}
        people = dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(callers))).all())
        found.append(groups.by_staff(cells, people))
    return found


def _said(lift: dict[str, Any]) -> Said:
    if not lift["share"]["computable"]:
        reason: Said = lift["share"]["said"]
        return reason
    return sentences.joined(lift["share"]["said"], lift["spend"]["said"])


def _said_of_past(differences: dict[str, Any]) -> Said:
    no_effect = sentences.said(
        "무작위로 제외한 고객이 없으므로 측정된 효과가 아닙니다. 보내지 않은 고객과 앞선 기간에 견준 값일 뿐입니다.",
        "This is no measured effect: nobody was held out at random. It only compares with members who were not sent it,"
        " and with the window before.",
    )
    share, spend = differences["share"], differences["spend"]
    parts = [share["said"]] + ([spend["said"]] if spend["computable"] else [])
    return sentences.joined(no_effect, *parts)


def _notes(campaign: Campaign, about: dict[str, Any], lift: dict[str, Any], abroad: list[Any]) -> list[Said]:
    found = []
    if about["from_at"] is not None and not about["over"]:
        found.append(sentences.said(
            "아직 살펴보는 기간이 끝나지 않아 숫자가 더 바뀔 수 있습니다.",
            "The window is still open: the figures may change.",
        ))  # fmt: skip
    if lift["caution"] is not None:
        found.append(sentences.said(
            "몇 건의 큰 구매가 금액의 차이를 좌우합니다. 금액의 구간은 실제보다 좁을 수 있습니다.",
            "A few large purchases decide the difference in amounts: its interval may be too narrow.",
        ))  # fmt: skip
    if abroad:
        found.append(sentences.said(
            f"{campaign.currency}가 아닌 통화의 판매는 구매로는 세지만 금액에는 넣지 않았습니다.",
            f"Sales in other currencies than {campaign.currency} count as purchases, but in no amount.",
        ))  # fmt: skip
    if about["triggered"]:
        found.append(sentences.said(
            "날마다 대상이 더해지는 캠페인입니다. 두 번 들어온 고객은 두 번 세며, 서로 무관한 것으로 봅니다.",
            "Members enter day by day; whoever entered twice counts twice, as if they were two.",
        ))  # fmt: skip
    return found


def _notes_of_past(differences: dict[str, Any]) -> list[Said]:
    found = [sentences.said(
        "보낼 고객을 골라서 보냈으므로, 두 집단은 처음부터 달랐을 수 있습니다. 다른 캠페인과 겹친 기간도 있습니다.",
        "Whom it was sent to was chosen, so that both groups may have differed all along; other campaigns overlap.",
    )]  # fmt: skip
    placebos: Iterable[Estimate] = (differences["placebo_share"], differences["placebo_spend"])
    if any(each["clear"] for each in placebos):
        found.append(sentences.said(
            "캠페인 전의 두 기간 사이에도 뚜렷한 차이가 있으므로, 위의 차이를 캠페인 덕분으로 볼 수 없습니다.",
            "Between the two windows before it began there was a clear difference, too:"
            " the one above cannot be put down to the campaign.",
        ))  # fmt: skip
    return found


def _arm(cells: dict[Cell, Bought], name: str) -> Bought:
    return outcomes.together(bought for cell, bought in cells.items() if cell.arm == name)


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


__all__ = ["line", "report"]
