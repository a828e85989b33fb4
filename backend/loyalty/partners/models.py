"""Partners, at what rates points are exchanged with them, their keys, and each transfer."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Owned
from backend.organization import BusinessUnit


class Partner(Base):
    """A house that is none of the own: a `bank`, whose card is also the member card, or an `alliance`."""

    __tablename__ = "partner"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    # Who answers for the points that come from it, and takes those that go to it.
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    # What a bank's cards name as their issuer, which earning rules ask for.
    issuer: Mapped[str | None] = mapped_column(String(60), unique=True)
    # Own points at most with one transfer, and of one member in a calendar month, each way; None without a limit.
    most_at_once: Mapped[int | None] = mapped_column(BigInteger)
    most_a_month: Mapped[int | None] = mapped_column(BigInteger)
    # How long points are good that come from it, until the end of the last month; None for ever.
    valid_months: Mapped[int | None]
    # `active` or `stopped`.
    state: Mapped[str] = mapped_column(String(10), default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    business_unit: Mapped[BusinessUnit] = relationship(lazy="joined")


class PartnerRate(Base):
    """From `starts_on` on, `theirs` of the partner's points are `ours` of the own; `direction` is `in` or `out`.

    Added and never edited: the latest one that has begun counts, and of one day the one that was added last.
    `price` is what 1,000 own points cost between the houses, in minor units of `currency`; None where nothing is owed.
    """

    __tablename__ = "partner_rate"
    __table_args__ = (Index("ix_partner_rate_partner", "partner_id", "direction", "starts_on"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    partner_id: Mapped[str] = mapped_column(ForeignKey("partner.id"))
    direction: Mapped[str] = mapped_column(String(3))
    starts_on: Mapped[date]
    theirs: Mapped[int]
    ours: Mapped[int]
    price: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PartnerKey(Base):
    """With what a partner's systems sign. The secret follows from this id and the data key `data_key_id` (`keys`)."""

    __tablename__ = "partner_key"
    __table_args__ = (Index("ix_partner_key_partner", "partner_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    partner_id: Mapped[str] = mapped_column(ForeignKey("partner.id"))
    data_key_id: Mapped[str] = mapped_column(String(20))
    secret_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PartnerTransfer(Owned, Base):
    """Points of a member that came from a partner or go to it: by its reference once, whatever is sent twice.

    States: `asked` (out: taken from her, not answered yet), `done`, `refused` (out: by the partner, and given back),
    `reversed` (in: taken back; out: withdrawn before the partner heard of it). Of an erased member the figures stay,
    without her: they are what the houses owe each other.
    """

    __tablename__ = "partner_transfer"
    __table_args__ = (
        UniqueConstraint("partner_id", "direction", "reference"),
        Index("ix_partner_transfer_customer", "customer_id"),
        Index("ix_partner_transfer_booked", "partner_id", "booked_on"),
        Index("ix_partner_transfer_state", "partner_id", "state", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    partner_id: Mapped[str] = mapped_column(ForeignKey("partner.id"))
    direction: Mapped[str] = mapped_column(String(3))
    # The partner's own for what comes in; for what goes out, ours.
    reference: Mapped[str] = mapped_column(String(60))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    # Her number at the partner, for what goes out.
    account: Mapped[str | None] = mapped_column(String(40))
    theirs: Mapped[int] = mapped_column(BigInteger)
    ours: Mapped[int] = mapped_column(BigInteger)
    rate_id: Mapped[str] = mapped_column(ForeignKey("partner_rate.id"))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(200))
    # The partner's day of what comes in, by which the rate is found; the business day of the entry.
    happened_on: Mapped[date]
    booked_on: Mapped[date]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # When the partner was first told of what goes out.
    collected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The business day on which points went back.
    back_on: Mapped[date | None]

    partner: Mapped[Partner] = relationship()
    rate: Mapped[PartnerRate] = relationship()
