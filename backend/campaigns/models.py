"""Campaigns: what was offered to whom in which words, who was left alone to compare with, what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned
from backend.organization import BusinessUnit

THE_ONE = "00000000-0000-7000-8000-000000000008"


class CampaignSettings(Base):
    """What holds for all campaigns: one row. Shares are in hundredths of a percent of customers, by their bucket.

    `control`: the global control group, which no campaign ever contacts. `holdout`: what a new campaign begins with.
    `approval_above`: from how many members on a second person approves.
    """

    __tablename__ = "campaign_settings"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=THE_ONE)
    control: Mapped[int] = mapped_column(default=0)
    holdout: Mapped[int] = mapped_column(default=1_000)
    approval_above: Mapped[int] = mapped_column(default=100)


class Campaign(Base):
    """An offer to the members of a segment, and the comparison with those of them who were left alone.

    `kind`: text, call (a list of calls dealt out to stores), or past (of another system, imported to be measured).
    `state`: draft, waiting (for approval), freezing, ready (frozen, not begun), running, paused, done, canceled.
    Held out are those of `holdout` hundredths of a percent of all buckets (0 to 9999), from `holdout_from` on, round.
    `trigger`: None for a campaign to all at once; else {"kind", …}: who enters day by day, once in `rest_days`.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        Index("ix_campaign_state", "state", "id"),
        Index("uq_campaign_source", "source", "source_key", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    # Why it is paused or canceled: a code.
    reason: Mapped[str | None] = mapped_column(String(40))
    # The legal sender. None for past ones only.
    business_unit_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    # No foreign key across features: segments are never deleted. `rule` is its rule as frozen at approval.
    segment_id: Mapped[str | None] = mapped_column(Id)
    segment_version: Mapped[int | None]
    rule: Mapped[Any] = mapped_column(Json, nullable=True)
    holdout: Mapped[int] = mapped_column(default=1_000)
    holdout_from: Mapped[int] = mapped_column(default=0)
    # The global control group's share when it was frozen.
    control: Mapped[int] = mapped_column(default=0)
    trigger: Mapped[Any] = mapped_column(Json, nullable=True)
    rest_days: Mapped[int] = mapped_column(default=30)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Hours of the sender's clock within which it sends, by day: [from, until).
    hour_from: Mapped[int | None]
    hour_until: Mapped[int | None]
    # Messages an hour at most; None: as fast as the sender may.
    hourly: Mapped[int | None]
    # Purchases within so many days of her exposure are looked at, in this currency.
    window_days: Mapped[int] = mapped_column(default=28)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    # What each recipient gets a code of, and the address that her link leads to.
    coupon_id: Mapped[str | None] = mapped_column(ForeignKey("coupon.id"))
    link: Mapped[str | None] = mapped_column(String(400))
    survey_id: Mapped[str | None] = mapped_column(Id)
    # The outbox's batch.
    batch_id: Mapped[str | None] = mapped_column(Id)
    # How far freezing is: the last member looked at; how many so far in which arm, and why not: {"treated": 90, …}.
    frozen_to: Mapped[str | None] = mapped_column(Id)
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str | None] = mapped_column(String(40))
    source_key: Mapped[str | None] = mapped_column(String(80))

    variants: Mapped[list[CampaignVariant]] = relationship(order_by="CampaignVariant.number")
    business_unit: Mapped[BusinessUnit | None] = relationship()


class CampaignVariant(Base):
    """One wording of a campaign, for `share` of `share`s of those who are treated. Number 0 is the first."""

    __tablename__ = "campaign_variant"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60))
    share: Mapped[int] = mapped_column(default=1)
    # Of a text: the name of the template, of which each gets the one in her language. Of a call: what to say.
    template: Mapped[str | None] = mapped_column(String(80))
    script: Mapped[str | None] = mapped_column(String(2000))
    # Fields of the template that whoever sends fills in.
    fields: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


ARMS = ("treated", "held_out", "control", "excluded")
IN_TEST = text("arm IN ('treated', 'held_out') AND address IS NOT NULL")


class CampaignMember(Owned, Base):
    """A member of a frozen audience, and what became of her: one row, also for whoever was left out, with the reason.

    `arm`: treated; held_out (by her bucket, to compare with); control (the global group); excluded (`reason`, a code).
    Whoever is measured is treated or held_out, whether or not she was reached. `member_id`: whose row it was at first.
    `entered_on`: the day on which she was taken in: of a triggered campaign she may be in it more than once.
    """

    __tablename__ = "campaign_member"
    __table_args__ = (
        Index("ix_campaign_member_customer", "customer_id", "campaign_id"),
        # One number is in the test once, whoever answers it.
        Index(
            "uq_campaign_member_address",
            "campaign_id",
            "entered_on",
            "address",
            unique=True,
            sqlite_where=IN_TEST,
            postgresql_where=IN_TEST,
        ),
        {"sqlite_with_rowid": False},
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    entered_on: Mapped[date] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    arm: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(40))
    # 0 to 9999.
    bucket: Mapped[int]
    # Of whoever is treated.
    variant: Mapped[int | None]
    address: Mapped[str | None] = mapped_column(String(20))
    # As she was when the audience was frozen: whose she is, and her grade.
    store_id: Mapped[str | None] = mapped_column(Id)
    grade: Mapped[str | None] = mapped_column(String(20))
    # From when on her purchases are looked at: the beginning, alike for those who are treated and those who are not.
    from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_id: Mapped[str | None] = mapped_column(Id)
    task_id: Mapped[str | None] = mapped_column(Id)
    coupon_code: Mapped[str | None] = mapped_column(String(16))
