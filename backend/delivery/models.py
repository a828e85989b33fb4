"""The outbox of every channel: what was to be said to whom, whether it might, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned


def _partial(name: str, *columns: str, state: str) -> Index:
    """Make an index over the rows in one state only: what is done with makes it no larger."""
    condition = text(f"state = '{state}'")
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


_IN_BATCH = text("batch_id IS NOT NULL")


class Message(Owned, Base):
    """One message to one person, with its body as sent.

    `due_at`: when a held message is put before the gate again, and when the provider is asked for an unknown one.
    `lease_until`: when a worker
    that has not reported is taken for dead. `source_id`: what caused it, in the terms of the feature that enqueued it.
    `claimed_at`: when a worker last took it to send it. `digest`: what a commercial body says, without its links.
    """

    __tablename__ = "message"
    __table_args__ = (
        # Single ones of a sender by their urgency, then each of its batches: what is paused is not even passed over.
        _partial("ix_message_claim", "channel", "sender_id", "batch_id", "priority", "id", state="queued"),
        _partial("ix_message_due", "batch_id", "due_at", state="held"),
        _partial("ix_message_lease", "lease_until", state="sending"),
        _partial("ix_message_lookup", "due_at", state="unknown"),
        Index("ix_message_customer", "customer_id", "id"),
        # What went to a number lately, for the house's limits.
        Index("ix_message_address", "address", "claimed_at"),
        # How far a batch is, and how it went of late.
        Index(
            "ix_message_batch", "batch_id", "state", "decided_at", sqlite_where=_IN_BATCH, postgresql_where=_IN_BATCH
        ),
        # Nobody twice in a batch. By whose it was at first: members who are merged later keep a row each.
        Index(
            "uq_message_batch_customer",
            "batch_id",
            text("coalesce(owner_id, customer_id)"),
            unique=True,
            sqlite_where=_IN_BATCH,
            postgresql_where=_IN_BATCH,
        ),
        Index(
            "uq_message_batch_address",
            "batch_id",
            "address",
            unique=True,
            sqlite_where=_IN_BATCH,
            postgresql_where=_IN_BATCH,
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(10))
    purpose: Mapped[str] = mapped_column(String(12))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # Which of the staff it is for, where it is for one of them; without a foreign key, like `batch_id` below.
    recipient_id: Mapped[str | None] = mapped_column(Id)
    template: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[str | None] = mapped_column(Id)
    # Without a foreign key: a batch outlives its messages, and they need none to be sent.
    batch_id: Mapped[str | None] = mapped_column(Id)
    language: Mapped[str | None] = mapped_column(String(5))
    address: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(32))
    # In the provider's unit of cost: segments of a text.
    size: Mapped[int] = mapped_column(default=1)
    priority: Mapped[int] = mapped_column(default=5)
    at_most_once: Mapped[bool] = mapped_column(default=True)
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)

    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(40))
    basis: Mapped[str | None] = mapped_column(String(20))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    lookups: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Who was handed it, or is being handed it.
    provider: Mapped[str | None] = mapped_column(String(20))
    provider_ref: Mapped[str | None] = mapped_column(String(80), unique=True)
    provider_code: Mapped[str | None] = mapped_column(String(20))

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When she first opened a link in it.
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MessageAttempt(Base):
    """One call to the provider: written before it is made, completed when its outcome is known."""

    __tablename__ = "message_attempt"

    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    worker: Mapped[str] = mapped_column(String(80))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(12))
    provider_ref: Mapped[str | None] = mapped_column(String(80))
    provider_code: Mapped[str | None] = mapped_column(String(20))
    detail: Mapped[str | None] = mapped_column(String(400))


class MessageReport(Base):
    """One thing that a provider told about a message, as it came. Reference and status tell a repetition."""

    __tablename__ = "message_report"
    __table_args__ = (Index("uq_message_report_ref_status", "provider_ref", "status", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    message_id: Mapped[str | None] = mapped_column(Id, index=True)
    provider_ref: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    raw: Mapped[Any] = mapped_column(Json)


class AddressBlock(Base):
    """An address that is not written to: it is dead, takes no texts, or somebody unknown here refused by it."""

    __tablename__ = "address_block"
    __table_args__ = (Index("uq_address_block", "channel", "address", "kind", "sender_id", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(200))
    # "bad" holds for every sender; "refused" for the one named.
    kind: Mapped[str] = mapped_column(String(10))
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    message_id: Mapped[str | None] = mapped_column(Id)
    provider_code: Mapped[str | None] = mapped_column(String(20))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


CONSENT_NOTICES = ("consent_result", "reconfirmation")
"""Notices that the law asks for: the desk sees to it that they reach people."""


class OwedNotice(Owned, Base):
    """Something that a person is to be told by `due_by`: by law about an entry of the consent ledger, or by the house.

    `kind`: `consent_result` (what came of a consent, refusal or withdrawal), `reconfirmation` (two years are nearly
    over), or `points_expiring` (the entry is a lot; the text says what is open when it is written). `state`: owed,
    queued (in the outbox as `message_id`), told, or impossible for a `reason` of `reasons`.
    """

    __tablename__ = "owed_notice"
    __table_args__ = (
        # Never two for one entry.
        Index("uq_owed_notice_entry", "entry_id", "kind", unique=True),
        # What is owed for the worker, and each state for the desk, the most urgent first.
        Index("ix_owed_notice_state", "state", "due_by", "id"),
        _partial("ix_owed_notice_queued", "message_id", state="queued"),
        Index("ix_owed_notice_customer", "customer_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    channel: Mapped[str | None] = mapped_column(String(10))
    night: Mapped[bool] = mapped_column(default=False)
    granted: Mapped[bool]
    sender_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    # No foreign key: erasing deletes the ledger's entries in an order of its own.
    entry_id: Mapped[str] = mapped_column(Id)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_by: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="owed")
    reason: Mapped[str | None] = mapped_column(String(40))
    message_id: Mapped[str | None] = mapped_column(Id)
    # Where somebody of the house told her: how (`schemas.TOLD_HOW`), what shows it, and who.
    told_how: Mapped[str | None] = mapped_column(String(20))
    told_note: Mapped[str | None] = mapped_column(String(400))
    told_by: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
