"""What steers sending, beside the messages themselves: those say what became of them, these whether they may begin."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime


class MessageBatch(Base):
    """Many messages that were put in together and are steered together.

    `state`: running, paused, canceled or done. `reason`: why it is paused, a code of `reasons`. `total`: how many it
    has; None while it is being filled. `not_after`: the last moment for those of its messages that name none.
    """

    __tablename__ = "message_batch"
    __table_args__ = (Index("ix_message_batch_state", "state", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    channel: Mapped[str] = mapped_column(String(10))
    purpose: Mapped[str] = mapped_column(String(12))
    sender_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    state: Mapped[str] = mapped_column(String(10), default="running")
    reason: Mapped[str | None] = mapped_column(String(40))
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # Failures before somebody resumed it are not held against it.
    judged_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SendingLane(Base):
    """What leaves in one sender's name on one channel: how fast, and whether at all.

    `rate`: the provider's units (segments of a text) a second; None: as fast as it goes. `burst`: how many at once
    after a rest. `tokens`: what was left at `refilled_at`. `sender_id`: None for what nobody in particular sends.
    """

    __tablename__ = "sending_lane"

    # `channel:sender_id`: unique also where there is no sender.
    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    rate: Mapped[float | None]
    burst: Mapped[float] = mapped_column(default=1.0)
    tokens: Mapped[float] = mapped_column(default=0.0)
    refilled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str | None] = mapped_column(String(40))


class SendingSwitch(Base):
    """A channel that somebody stopped, or all of them (`*`). No row: nothing is stopped."""

    __tablename__ = "sending_switch"

    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    note: Mapped[str | None] = mapped_column(String(200))
    stopped_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    stopped_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
