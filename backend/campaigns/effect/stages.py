"""How far those who were treated came: reached, clicked, visited, redeemed, satisfied. What they bought: `outcomes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select

from backend.campaigns.effect import windows
from backend.campaigns.effect.models import PastRedemption
from backend.campaigns.models import CampaignMember
from backend.care import Event, EventVisit, SurveyInvitation, Task
from backend.consent import ConsentEntry
from backend.core.db import db
from backend.delivery import Message
from backend.loyalty import coupons

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from backend.campaigns.models import Campaign

SATISFIED = 4
"""From this score of 1 to 5 on an answer counts as satisfied."""
_REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Answers:
    """Of members who were asked: how many answered, how many of these with `SATISFIED` or more, and their mean."""

    asked: int
    answered: int
    satisfied: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Members who refused or withdrew marketing in their window, by arm; `by_link`: of those treated, by a link."""

    treated: int
    held_out: int
    by_link: int


def reached(campaign: Campaign) -> tuple[int | None, int | None]:
    """How many were delivered to (of calls: spoken with), and how many opened a link; by the keys of both tables.

    None where that cannot be: of a past campaign nobody knows, and calls have no link.
    """
    if campaign.kind == "past":
        return None, None
    if campaign.kind == "call":
        spoken = _treated(campaign).join(Task, Task.id == CampaignMember.task_id)
        return db.session.scalar(spoken.where(Task.outcome == _REACHED)) or 0, None
    counts = (
        select(func.count(Message.delivered_at), func.count(Message.opened_at))
        .select_from(CampaignMember)
        .join(Message, Message.id == CampaignMember.message_id)
        .where(_are_treated(campaign))
    )
    delivered, opened = db.session.execute(counts).one()
    return delivered, opened


def event_ids(campaign: Campaign) -> list[str]:
    """The events that its audience is invited to, by ix_event_campaign."""
    return list(db.session.scalars(select(Event.id).where(Event.campaign_id == campaign.id)))


def visited(campaign: Campaign, events: list[str]) -> int | None:
    """How many came to one of its events, by ix_event_visit_event; None without an event."""
    if not events:
        return None
    query = _rows(EventVisit).where(
        EventVisit.event_id.in_(events), _are_treated(campaign), EventVisit.seen_at >= CampaignMember.from_at
    )
    return _count(query)


def redeemed(campaign: Campaign) -> int | None:
    """How many used their coupon, by uq_coupon_use_counted; of a past campaign by its own table; None without one."""
    if campaign.kind == "past":
        query = _rows(PastRedemption).where(PastRedemption.campaign_id == campaign.id, _are_treated(campaign))
        return _count(query)
    if campaign.coupon_id is None:
        return None
    return db.session.scalar(_treated(campaign).join(coupons.CouponUse, _their_code())) or 0


def answers(campaign: Campaign, events: list[str]) -> Answers:
    """What they answered about it or its events; by ix_survey_invitation_campaign, or by its events' questions."""
    about = SurveyInvitation.campaign_id == campaign.id
    if events:
        asked = select(Event.survey_id).where(Event.id.in_(events), Event.survey_id.is_not(None))
        by_event = and_(SurveyInvitation.survey_id.in_(asked), SurveyInvitation.event_id.in_(events))
        about = or_(about, by_event)
    of_each = (
        _rows(SurveyInvitation)
        .add_columns(
            func.max(case((SurveyInvitation.answered_at.is_not(None), 1), else_=0)).label("answered"),
            func.max(case((SurveyInvitation.score >= SATISFIED, 1), else_=0)).label("satisfied"),
            func.sum(SurveyInvitation.score).label("scores"),
            func.count(SurveyInvitation.score).label("scored"),
        )
        .where(about, _are_treated(campaign))
        .subquery()
    )
    names = of_each.c
    query = select(
        func.count(),
        func.sum(names.answered),
        func.sum(names.satisfied),
        func.sum(names.scores),
        func.sum(names.scored),
    ).select_from(of_each)
    members, answered, satisfied, scores, scored = (int(each or 0) for each in db.session.execute(query).one())
    return Answers(members, answered, satisfied, scores / scored if scored else None)


def refused(campaign: Campaign) -> Refused:
    """Who refused or withdrew marketing in her window, by ix_consent_entry_customer."""
    of_each = (
        _rows(ConsentEntry)
        .add_columns(
            CampaignMember.arm,
            func.max(case((ConsentEntry.wording_version == "by-link", 1), else_=0)).label("by_link"),
        )
        .where(
            windows.measured(campaign.id),
            ConsentEntry.purpose == "marketing",
            ConsentEntry.granted.is_(False),
            windows.in_window(ConsentEntry.occurred_at, campaign.window_days),
        )
        .group_by(CampaignMember.arm)
        .subquery()
    )
    query = select(of_each.c.arm, func.count(), func.sum(of_each.c.by_link)).group_by(of_each.c.arm)
    found = {arm: (members, int(by_link)) for arm, members, by_link in db.session.execute(query)}
    treated, by_link = found.get("treated", (0, 0))
    return Refused(treated, found.get("held_out", (0, 0))[0], by_link)


def coupons_worth(campaign: Campaign) -> list[tuple[str, int, int]]:
    """(currency, uses, what they took off in minor units) of the codes of those treated; by uq_coupon_use_counted."""
    query = (
        select(coupons.CouponUse.currency, func.count(), func.sum(coupons.CouponUse.worth))
        .select_from(CampaignMember)
        .join(
            coupons.CouponUse,
            and_(coupons.CouponUse.code == CampaignMember.coupon_code, coupons.CouponUse.state == "counted"),
        )
        .where(_are_treated(campaign))
        .group_by(coupons.CouponUse.currency)
        .order_by(coupons.CouponUse.currency)
    )
    return [(currency, uses, int(worth)) for currency, uses, worth in db.session.execute(query)]


def _their_code() -> ColumnElement[bool]:
    return and_(coupons.CouponUse.code == CampaignMember.coupon_code, coupons.CouponUse.state == "counted")


def _are_treated(campaign: Campaign) -> ColumnElement[bool]:
    return and_(windows.measured(campaign.id), CampaignMember.arm == "treated")


def _treated(campaign: Campaign) -> Select[int]:
    return select(func.count()).select_from(CampaignMember).where(_are_treated(campaign))


def _rows(model: Any) -> Select[Any, Any]:  # noqa: ANN401 - an owned table
    """Rows of the audience with a row of `model`, each once: what happened twice to one counts once."""
    key = (CampaignMember.entered_on, CampaignMember.member_id)
    return select(*key).join(model, windows.hers(model)).group_by(*key)


def _count(query: Select[Any, Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
