"""Who is on a store's list of members at risk, and what came of asking them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Customer, Owned
from backend.organization import Staff, Store


class AtRisk(Base):
    """A regular member who is late and whom the models do not expect back soon. Worked out anew with every refresh.

    `chance` of return within 28 days in percent; `worth` and `stake` (`MemberScore`) in minor units of `currency`, to
    two digits: what changes a little every night would send every row to every tablet every night. `reasons` are codes.
    `may_call`: whether the gate lets anybody call her, and if not why.
    """

    __tablename__ = "at_risk"
    __table_args__ = (Index("ix_at_risk_store", "store_id", "stake"), {"sqlite_with_rowid": False})

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"))
    chance: Mapped[int]
    worth: Mapped[int] = mapped_column(BigInteger)
    stake: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    may_call: Mapped[bool]
    call_reason: Mapped[str | None] = mapped_column(String(40))
    since: Mapped[date]


class Outreach(Owned, Base):
    """Somebody of a store asked a member how things are; what came of it, and until when she is left in peace.

    `verdict` and `verdict_reason`: what the gate said of a call when this was taken in. `listed`: her row of the list
    as it was, which this took from it: {"store_id", "chance", "worth", "stake", "currency", "reasons", "since"}.
    """

    __tablename__ = "outreach"
    __table_args__ = (
        Index("ix_outreach_customer", "customer_id", "occurred_at"),
        Index("ix_outreach_store", "store_id", "occurred_at", "id"),
        Index("ix_outreach_when", "occurred_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"))
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(8))
    verdict_reason: Mapped[str | None] = mapped_column(String(40))
    listed: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # The first day on which she may be on the list again.
    rests_until: Mapped[date]
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    customer: Mapped[Customer] = relationship(lazy="joined")
    staff: Mapped[Staff | None] = relationship(lazy="joined")
    store: Mapped[Store] = relationship(lazy="joined")
