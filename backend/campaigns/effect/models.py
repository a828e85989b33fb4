"""What campaigns of another system brought, as far as it told."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id
from backend.customers import Owned


class PastRedemption(Owned, Base):
    """A coupon of a past campaign that somebody redeemed on a day. `coupon`: its number there.

    Neither codes nor the sales are known, which `coupon_use` needs. `member_id`: whose row it was at first.
    """

    __tablename__ = "past_redemption"
    __table_args__ = (
        Index("uq_past_redemption", "campaign_id", "member_id", "redeemed_on", "coupon", unique=True),
        Index("ix_past_redemption_customer", "customer_id", "campaign_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    member_id: Mapped[str] = mapped_column(Id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    coupon: Mapped[str] = mapped_column(String(40))
    redeemed_on: Mapped[date]
