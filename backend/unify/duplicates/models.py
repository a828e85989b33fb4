"""What is kept of pairs that may be one person, and of how they are looked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Customer

_OPEN = text("decision IS NULL")


class DuplicatePair(Base):
    """Two members who may be one person; `decision` is None until somebody says `different`; merging deletes it."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="ordered"),
        Index("uq_duplicate_pair_first_id_second_id", "first_id", "second_id", unique=True),
        Index("ix_duplicate_pair_queue", "score", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    first_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    second_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), index=True)
    # In tenths of a bit: the sum of the weights of the reasons [{field, agreement, weight}, …].
    score: Mapped[int]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    # Of both members' compared values: a decided pair comes back only when these have changed.
    fingerprint: Mapped[str] = mapped_column(String(65))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by: Mapped[str | None] = mapped_column(Id)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    first: Mapped[Customer] = relationship(foreign_keys=[first_id])
    second: Mapped[Customer] = relationship(foreign_keys=[second_id])


class DuplicateRecord(Base):
    """A member whose blocking keys are in the index: which ones, and of which values."""

    __tablename__ = "duplicate_record"

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    block_keys: Mapped[list[int]] = mapped_column(Json)


class DuplicateKey(Base):
    """The index of blocking keys, read from key to members only.

    It refers to no table: that would take a second index of the same size, for a deletion that finds its keys in
    `duplicate_record` anyway.
    """

    __tablename__ = "duplicate_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    customer_id: Mapped[str] = mapped_column(Id, primary_key=True)


class DuplicatePass(Base):
    """A pass over all members: how far it has come, so that one that was stopped goes on from there."""

    __tablename__ = "duplicate_pass"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    # `index`: members are entered by their keys; `compare`: those who share a key are compared; `done`.
    phase: Mapped[str] = mapped_column(String(10), default="index")
    # The last member who was entered, and the last key of which all pairs are compared.
    position: Mapped[str | None] = mapped_column(Id)
    compared_to: Mapped[int | None] = mapped_column(BigInteger)
    members: Mapped[int] = mapped_column(default=0)
    compared: Mapped[int] = mapped_column(BigInteger, default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DuplicateSettings(Base):
    """One row, once somebody has set something."""

    __tablename__ = "duplicate_settings"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    automatic_threshold: Mapped[int]
