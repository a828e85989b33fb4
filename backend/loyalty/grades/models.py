"""Grades, who has which, how that came about, and evaluations with what they propose."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned
from backend.organization import BusinessUnit

THE_ONE = "00000000-0000-7000-8000-000000000002"


class Grade(Base):
    """A grade: what entering and keeping it takes within the programme's period (see `rules`), and what it gives.

    What keeping takes is what entering takes where it is None. A gift is given once a year to whoever enters.
    """

    __tablename__ = "grade"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    name_latin: Mapped[str | None] = mapped_column(String(40))
    rank: Mapped[int] = mapped_column(unique=True)
    # Wears the golden mark.
    top: Mapped[bool] = mapped_column(default=False)
    invitation_only: Mapped[bool] = mapped_column(default=False)
    spend: Mapped[int | None] = mapped_column(BigInteger)
    visits: Mapped[int | None]
    units: Mapped[int | None]
    keep_spend: Mapped[int | None] = mapped_column(BigInteger)
    keep_visits: Mapped[int | None]
    keep_units: Mapped[int | None]
    grace_months: Mapped[int] = mapped_column(default=0)
    gift_points: Mapped[int | None] = mapped_column(BigInteger)
    gift_unit_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    gift_months: Mapped[int | None]

    gift_unit: Mapped[BusinessUnit | None] = relationship()


class GradeProgramme(Base):
    """What holds for all grades: one row. Money counts in `currency`, over the last `months` months.

    `monthly`: whether the worker evaluates on the first of a month: `off`, `preview` (a person applies it), `apply`.
    """

    __tablename__ = "grade_programme"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=THE_ONE)
    months: Mapped[int] = mapped_column(default=12)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    falls: Mapped[str] = mapped_column(String(10), default="earned")
    monthly: Mapped[str] = mapped_column(String(10), default="preview")


class MemberGrade(Owned, Base):
    """Which grade somebody has. `id` is hers to whom it was given: who was merged keeps her own row under it."""

    __tablename__ = "member_grade"
    __table_args__ = (Index("ix_member_grade_customer", "customer_id"), {"sqlite_with_rowid": False})

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    code: Mapped[str] = mapped_column(String(20))
    since: Mapped[date]
    grace_until: Mapped[date | None]
    invited: Mapped[bool] = mapped_column(default=False)
    invited_until: Mapped[date | None]


class GradeChange(Owned, Base):
    """What became of somebody's grade, when and why: `enter`, `raise`, `grace`, `keep`, `fall`, or `invite`."""

    __tablename__ = "grade_change"
    __table_args__ = (
        Index("ix_grade_change_customer", "customer_id", "changed_at", "id"),
        Index("ix_grade_change_at", "changed_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(10))
    from_code: Mapped[str | None] = mapped_column(String(20))
    to_code: Mapped[str] = mapped_column(String(20))
    # Her figures then, where it came of an evaluation.
    spend: Mapped[int | None] = mapped_column(BigInteger)
    visits: Mapped[int | None]
    units: Mapped[int | None]
    until: Mapped[date | None]
    gift_points: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(200))
    evaluation_id: Mapped[str | None] = mapped_column(ForeignKey("grade_evaluation.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class GradeEvaluation(Base):
    """A look at everybody: waiting, computing, ready, applying, then applied, discarded, stopped or failed.

    `done` of `total` members were looked at (or changed, once it is applied), up to `after`. `counts` says of how many
    what becomes, `moves` how many go from which grade to which: [[from, to, members], …].
    """

    __tablename__ = "grade_evaluation"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    as_of: Mapped[date]
    since: Mapped[date]
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    after: Mapped[str | None] = mapped_column(Id)
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    moves: Mapped[list[Any]] = mapped_column(Json, default=list)
    # The definitions that it went by.
    ladder: Mapped[list[Any]] = mapped_column(Json, default=list)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    applied_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # When its worker was last heard of.
    alive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GradeProposal(Owned, Base):
    """What an evaluation found for somebody for whom something changes. `state`: open, applied, or skipped."""

    __tablename__ = "grade_proposal"
    __table_args__ = (
        Index("ix_grade_proposal_evaluation", "evaluation_id", "id"),
        Index("ix_grade_proposal_customer", "customer_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("grade_evaluation.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(10))
    from_code: Mapped[str | None] = mapped_column(String(20))
    to_code: Mapped[str] = mapped_column(String(20))
    grace_until: Mapped[date | None]
    spend: Mapped[int] = mapped_column(BigInteger)
    visits: Mapped[int]
    units: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="open")
