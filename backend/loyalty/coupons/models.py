"""Coupons: what they are, the codes that were issued, and what became of each code at the till."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Customer, Owned
from backend.organization import BusinessUnit, Staff, Store

_HERS = text("customer_id IS NOT NULL")
_COUNTED = text("state = 'counted'")
_FLAGGED = text("state = 'flagged'")


class Coupon(Base):
    """A coupon. Of what is live, only the end changes: it is stopped, or its last day is put off.

    Kinds: `amount` (`value` minor units of `currency`), `percent` (`value` of the fitting lines, at most `cap`), `gift`
    (`gift_sku`, or `gift` in words), `multiplier` (points of the sale times `value` percent). What it names of place,
    category and least spend must be so (None: whatever). Of an `exclusion_group` a sale takes one.
    """

    __tablename__ = "coupon"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    # The beginning of its codes.
    number: Mapped[str] = mapped_column(String(4), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    cap: Mapped[int | None] = mapped_column(BigInteger)
    least_spend: Mapped[int | None] = mapped_column(BigInteger)
    gift_sku: Mapped[str | None] = mapped_column(String(40))
    gift: Mapped[str | None] = mapped_column(String(200))
    # `anyone`, `grade` or `person`.
    audience: Mapped[str] = mapped_column(String(10))
    grade: Mapped[str | None] = mapped_column(String(20))
    business_unit_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"))
    category: Mapped[str | None] = mapped_column(String(80))
    stacks: Mapped[bool] = mapped_column(default=False)
    exclusion_group: Mapped[str | None] = mapped_column(String(40))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    # How many days a code is good, that of its issue included; None until the end of the coupon.
    valid_days: Mapped[int | None]
    # How many codes a member gets, and how many she can use; None for any number.
    per_member: Mapped[int | None]
    # `draft`, `live` or `stopped`.
    state: Mapped[str] = mapped_column(String(10), default="draft")
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    live_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    business_unit: Mapped[BusinessUnit | None] = relationship()
    store: Mapped[Store | None] = relationship()


class CouponIssue(Base):
    """Codes that somebody asked for together: for members by a list or by their grade, or for whoever has them.

    It is worked on in parts, each in a transaction of its own that also says how far it came, so that it goes on where
    it was. `issued` + `skipped` of `wanted` are done; `after` is the last member of a grade that was looked at.
    """

    __tablename__ = "coupon_issue"
    __table_args__ = (Index("ix_coupon_issue_coupon", "coupon_id", "id"), Index("ix_coupon_issue_state", "state", "id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    coupon_id: Mapped[str] = mapped_column(ForeignKey("coupon.id"))
    # `members`, `grade` or `bearer`.
    to: Mapped[str] = mapped_column(String(10))
    grade: Mapped[str | None] = mapped_column(String(20))
    wanted: Mapped[int]
    issued: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    after: Mapped[str | None] = mapped_column(Id)
    # `running`, `stopped` or `finished`.
    state: Mapped[str] = mapped_column(String(10), default="running")
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    staff: Mapped[Staff | None] = relationship()


class CouponIssuePart(Base):
    """Members of a list who have not got theirs yet: {ids}. Goes as soon as they have."""

    __tablename__ = "coupon_issue_part"

    issue_id: Mapped[str] = mapped_column(ForeignKey("coupon_issue.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    ids: Mapped[Any] = mapped_column(Json)


class CouponCode(Owned, Base):
    """A code that was issued: to a member, or (without one) to whoever has it."""

    __tablename__ = "coupon_code"
    __table_args__ = (
        Index("ix_coupon_code_coupon", "coupon_id", "code"),
        Index("ix_coupon_code_issue", "issue_id", "code"),
        Index("ix_coupon_code_customer", "customer_id", "coupon_id", sqlite_where=_HERS, postgresql_where=_HERS),
        {"sqlite_with_rowid": False},
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    coupon_id: Mapped[str] = mapped_column(ForeignKey("coupon.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    issue_id: Mapped[str | None] = mapped_column(ForeignKey("coupon_issue.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    issued_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # The last day of its own, by the coupon's `valid_days`.
    good_until: Mapped[date | None]

    coupon: Mapped[Coupon] = relationship()
    customer: Mapped[Customer | None] = relationship()
    use: Mapped[CouponUse | None] = relationship(
        primaryjoin="and_(CouponCode.code == CouponUse.code, CouponUse.state == 'counted')", viewonly=True
    )


class CouponUse(Owned, Base):
    """A code that was taken with a sale. A sale that happened is taken: what was wrong with the code stands in `flags`.

    States: `counted` (the code's one valid use), `flagged` (it was no valid one), `returned` (all of the sale came
    back: the code is good again).
    """

    __tablename__ = "coupon_use"
    __table_args__ = (
        # However many tablets and workers there are at once: a code is used once.
        Index("uq_coupon_use_counted", "code", unique=True, sqlite_where=_COUNTED, postgresql_where=_COUNTED),
        Index("ix_coupon_use_coupon", "coupon_id", "state", "sale_id"),
        Index("ix_coupon_use_flagged", "coupon_id", "id", sqlite_where=_FLAGGED, postgresql_where=_FLAGGED),
        Index("ix_coupon_use_customer", "customer_id", "coupon_id", sqlite_where=_HERS, postgresql_where=_HERS),
        Index("uq_coupon_use_sale", "sale_id", "code", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sale_id: Mapped[str] = mapped_column(ForeignKey("sale.id"))
    code: Mapped[str] = mapped_column(ForeignKey("coupon_code.code"))
    coupon_id: Mapped[str] = mapped_column(ForeignKey("coupon.id"))
    # The buyer.
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    state: Mapped[str] = mapped_column(String(10))
    flags: Mapped[list[Any]] = mapped_column(Json, default=list)
    # What it took off, in minor units of the sale's currency.
    worth: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    # Of a multiplier, in percent of the points.
    multiplier: Mapped[int | None]
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
