"""What the people of a store have to do for a customer, and what came of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime
from backend.customers import Owned

OPEN = text("state = 'open'")


class Task(Owned, Base):
    """Something to do at a store. `kind`: todo, or call (of a campaign's list). `state`: open, done or dropped.

    `outcome` of a call: reached, no_answer, wrong_number, call_later, refused … (`rules.OUTCOMES`). `verdict` and
    `verdict_reason`: what the gate said of the call when this was done.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_open", "store_id", "due_on", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_task_customer", "customer_id", "id"),
        Index("ix_task_campaign", "campaign_id", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10), default="todo")
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    title: Mapped[str] = mapped_column(String(200))
    # What to say or offer.
    detail: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # Without a foreign key: campaigns are a feature above this one.
    campaign_id: Mapped[str | None] = mapped_column(Id)
    coupon_code: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(10), default="open")
    outcome: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)
    offered: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[str | None] = mapped_column(String(8))
    verdict_reason: Mapped[str | None] = mapped_column(String(40))
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    done_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
