"""The points ledger: entries, which are added and never changed, and what is worked out from them (`allocation`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned
from backend.loyalty.partners.models import PartnerTransfer
from backend.organization import BusinessUnit, Store

_OF_SALES = text("sale_id IS NOT NULL")
_EARNED = text("kind = 'earn' AND sale_id IS NOT NULL")
_TRANSFERRED = text("transfer_id IS NOT NULL")
_OPEN = text("open > 0")


class PointsEntry(Owned, Base):
    """Points that came (positive) or went (negative), and why. A balance is the sum of a member's entries.

    Kinds: `earn` (by a sale), `gift`, `redeem` (paid with), `reverse` (earned by what came back), `restore` (paid for
    what came back), `adjust` (by a person, with a reason), `transfer_in` and `transfer_out` (from and to a partner),
    `transfer_back` (a transfer that was taken back: positive for one out, negative for one in), `expire` (the lot
    `lot_id`; positive where it expired before a sale arrived that had used it in time).
    """

    __tablename__ = "points_entry"
    __table_args__ = (
        Index("ix_points_entry_customer", "customer_id", "occurred_at", "id"),
        Index("ix_points_entry_sale", "sale_id", sqlite_where=_OF_SALES, postgresql_where=_OF_SALES),
        Index("ix_points_entry_transfer", "transfer_id", sqlite_where=_TRANSFERRED, postgresql_where=_TRANSFERRED),
        # Whatever is sent twice and however often a sale is worked out: it earns once.
        Index("uq_points_entry_earned", "sale_id", unique=True, sqlite_where=_EARNED, postgresql_where=_EARNED),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(20))
    points: Mapped[int] = mapped_column(BigInteger)
    # Whose points they are: the unit that gave them, or where they were spent.
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    sale_id: Mapped[str | None] = mapped_column(ForeignKey("sale.id"))
    # Of what went to or came from a partner: which transfer it belongs to.
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("partner_transfer.id"))
    lot_id: Mapped[str | None] = mapped_column(Id)
    reason: Mapped[str | None] = mapped_column(String(200))
    # Of what was earned, the rules that gave it: [[rule, points], …].
    rules: Mapped[Any] = mapped_column(Json, nullable=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # When it happened, never later than it was heard of; the business day at its store.
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    business_day: Mapped[date]
    # The last day on which what was given is good; None for ever.
    expires_on: Mapped[date | None]

    business_unit: Mapped[BusinessUnit] = relationship()
    transfer: Mapped[PartnerTransfer | None] = relationship()

    @property
    def by_rule(self) -> dict[str, int]:
        """{rule: points} of what was earned."""
        return dict(self.rules or ())


class PointsLot(Owned, Base):
    """What is left of points that were given together. Worked out from the entries, and written with them."""

    __tablename__ = "points_lot"
    __table_args__ = (
        # What a sale may use, and what a night lets go.
        Index("ix_points_lot_open", "customer_id", "expires_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_points_lot_customer", "customer_id"),
        Index("ix_points_lot_expires", "expires_on", "customer_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"sqlite_with_rowid": False},
    )

    # The entry that gave them.
    id: Mapped[str] = mapped_column(ForeignKey("points_entry.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    points: Mapped[int] = mapped_column(BigInteger)
    open: Mapped[int] = mapped_column(BigInteger)
    expired: Mapped[int] = mapped_column(BigInteger, default=0)
    expires_on: Mapped[date | None]


class PointsDebt(Owned, Base):
    """Points that were taken without a lot to take them from, and are not repaid yet."""

    __tablename__ = "points_debt"
    __table_args__ = (Index("ix_points_debt_customer", "customer_id"), {"sqlite_with_rowid": False})

    # The entry that took them.
    id: Mapped[str] = mapped_column(ForeignKey("points_entry.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    open: Mapped[int] = mapped_column(BigInteger)


class PointsUse(Owned, Base):
    """How many points of which lot an entry took: what units settle among each other."""

    __tablename__ = "points_use"
    __table_args__ = (Index("ix_points_use_customer", "customer_id"), {"sqlite_with_rowid": False})

    entry_id: Mapped[str] = mapped_column(ForeignKey("points_entry.id"), primary_key=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("points_entry.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    points: Mapped[int] = mapped_column(BigInteger)


class EarningRule(Base):
    """What a sale earns, where everything that the rule names is so (None: wherever).

    `rate` is points for 10,000 minor units of `currency`, to which sales in others are converted. Of `base` rules the
    best one counts for each line; every `bonus` adds to it. A rule's points are rounded down once for the whole sale,
    and are never more than `cap` for a sale and `cap_month` for what a member buys in a calendar month. What is live is
    never edited: another one takes its place.
    """

    __tablename__ = "earning_rule"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    rate: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    cap: Mapped[int | None] = mapped_column(BigInteger)
    cap_month: Mapped[int | None] = mapped_column(BigInteger)
    # For how many months, until the end of the last one; None for ever.
    valid_months: Mapped[int | None]
    business_unit_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"))
    category: Mapped[str | None] = mapped_column(String(80))
    grade: Mapped[str | None] = mapped_column(String(20))
    # A bank's or an alliance's card that she has: its issuer.
    card_issuer: Mapped[str | None] = mapped_column(String(60))
    # Days of the week, Monday is 0.
    weekdays: Mapped[Any] = mapped_column(Json, nullable=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # From when on it gives nothing to new sales; what it gave stays.
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    business_unit: Mapped[BusinessUnit | None] = relationship()
    store: Mapped[Store | None] = relationship()
