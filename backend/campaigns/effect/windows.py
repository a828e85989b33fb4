"""Parts of statements: until when a member's purchases are looked at, and which rows of her history are hers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.expression import FunctionElement

from backend.campaigns.models import CampaignMember
from backend.core.db import db
from backend.core.types import UtcDateTime

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute
    from sqlalchemy.sql.compiler import SQLCompiler

    from backend.customers import Owned

MEASURED = ("treated", "held_out")


class DaysLater(FunctionElement[Any]):
    """A stored time so many whole days (of 24 hours) later."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(DaysLater, "sqlite")
def _as_text(element: DaysLater, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    # Times are text here, with microseconds; whole days leave the time of day as it is.
    column, days = (compiler.process(each, **options) for each in element.clauses)
    return f"(date({column}, '+' || {days} || ' days') || substr({column}, 11))"


@compiles(DaysLater, "postgresql")
def _as_time(element: DaysLater, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as SQLAlchemy has it
    # Hours, not days: a day of the session's time zone may have 23.
    column, days = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} + make_interval(hours => 24 * CAST({days} AS integer)))"


def measured(campaign_id: str) -> ColumnElement[bool]:
    """Everybody who is measured: by the key of `campaign_member`, whatever reached her, once her window has begun."""
    return and_(
        CampaignMember.campaign_id == campaign_id,
        CampaignMember.arm.in_(MEASURED),
        CampaignMember.from_at.is_not(None),
    )


def in_window(moment: InstrumentedAttribute[Any], days: int) -> ColumnElement[bool]:
    """Whether something happened in the window of its member."""
    return and_(moment >= CampaignMember.from_at, moment < DaysLater(CampaignMember.from_at, literal(days)))


def hers(model: type[Owned]) -> ColumnElement[bool]:
    """Whether a row of a customer's history belongs to a row of the audience.

    Members who are merged after an audience was frozen keep a row each, and what was recorded by each one's id. What a
    customer had from one merged into her without a row of her own is hers.
    """
    twin = aliased(CampaignMember)
    # By ix_campaign_member_customer; asked of rows of merged customers only.
    in_it_too = exists(
        select(literal(1))
        .where(
            twin.campaign_id == CampaignMember.campaign_id,
            twin.customer_id == CampaignMember.customer_id,
            twin.member_id == model.owner_id,
        )
        .correlate_except(twin)
    )
    return and_(
        model.customer_id == CampaignMember.customer_id,
        or_(
            func.coalesce(model.owner_id, model.customer_id) == CampaignMember.member_id,
            and_(model.owner_id.is_not(None), CampaignMember.owner_id.is_(None), ~in_it_too),
        ),
    )


def bounds(campaign_id: str) -> tuple[datetime, datetime] | None:
    """From when on the first and the last member's purchases are looked at; None while nobody's are."""
    first, last = db.session.execute(
        select(func.min(CampaignMember.from_at), func.max(CampaignMember.from_at)).where(measured(campaign_id))
    ).one()
    return None if first is None or last is None else (first, last)
