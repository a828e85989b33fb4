"""The settings of the programme: one row."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.db import Base
from backend.core.types import Id

THE_ONE = "00000000-0000-7000-8000-000000000001"


class LoyaltyProgramme(Base):
    """What holds for all points; None is no limit, or nobody is told."""

    __tablename__ = "loyalty_programme"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=THE_ONE)
    # How many points a tablet takes that the server has not heard of yet: with one sale, from one member, in all.
    offline_per_sale: Mapped[int | None] = mapped_column(BigInteger, default=30_000)
    offline_per_member: Mapped[int | None] = mapped_column(BigInteger, default=50_000)
    offline_per_lease: Mapped[int | None] = mapped_column(BigInteger, default=500_000)
    # How many days before they expire members hear of their points, and of no fewer than how many.
    notice_days: Mapped[int | None] = mapped_column(default=30)
    notice_least: Mapped[int] = mapped_column(BigInteger, default=1_000)
    # How many points a manager or an admin corrects by hand without a second person: of one member, in a day.
    manager_alone: Mapped[int] = mapped_column(BigInteger, default=10_000, server_default="10000")
    admin_alone: Mapped[int] = mapped_column(BigInteger, default=10_000, server_default="10000")


class ExpiryNoticePlace(Base):
    """Up to where members have been looked at who may hear of what expires: one row.

    Everybody whose points expire until `through`, and of the day after it members up to `member`.
    """

    __tablename__ = "expiry_notice_place"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=THE_ONE)
    through: Mapped[date]
    member: Mapped[str | None] = mapped_column(Id)
