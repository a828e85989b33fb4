"""Where staff are told, what they want to be told, and what they were told and have not seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime


class PushSubscription(Base):
    """A browser that one person is told by. `waits_until`: the push service asked not to be asked before.

    `fingerprint`: SHA-256 of the endpoint, by which a browser knows its own row.
    """

    __tablename__ = "push_subscription"
    __table_args__ = (Index("ix_push_subscription_staff", "staff_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    surface: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PushWish(Base):
    """What one person wants to be told: everything but the kinds in `muted`, and nothing in the quiet hours (HH:MM)."""

    __tablename__ = "push_wish"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    muted: Mapped[list[Any]] = mapped_column(Json, default=list)
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    time_zone: Mapped[str] = mapped_column(String(60))


class PushEvent(Base):
    """Something that happened and that nobody was told yet: written where it happened, told by the worker.

    For `staff_id`; without one for those of the store whom it concerns; without a store for the house's.
    """

    __tablename__ = "push_event"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[str | None] = mapped_column(Id)
    store_id: Mapped[str | None] = mapped_column(Id)
    count: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PushNotice(Base):
    """How much of a kind one person has not seen. `message_id`: what tells it, or told it last, at `told_at`."""

    __tablename__ = "push_notice"
    __table_args__ = (Index("uq_push_notice", "staff_id", "kind", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(String(20))
    unseen: Mapped[int] = mapped_column(default=0)
    # Without a foreign key: messages are taken away when they are old.
    message_id: Mapped[str | None] = mapped_column(Id)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PushDelivery(Base):
    """That a push service took a message for a browser: when the message goes again, this browser is left out."""

    __tablename__ = "push_delivery"
    __table_args__ = (Index("ix_push_delivery_at", "at"),)

    message_id: Mapped[str] = mapped_column(Id, primary_key=True)
    subscription_id: Mapped[str] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class PushFault(Base):
    """A push service that refuses what we send: shown at the desk until it takes something again."""

    __tablename__ = "push_fault"

    service: Mapped[str] = mapped_column(String(255), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    code: Mapped[str | None] = mapped_column(String(20))
    detail: Mapped[str | None] = mapped_column(String(400))
    count: Mapped[int] = mapped_column(default=1)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
