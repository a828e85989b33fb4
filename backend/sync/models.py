"""The tables of the sync engine (SYNC.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime

# SQLite gives rowid tables to INTEGER keys only; PostgreSQL wants 64 bits.
Big = BigInteger().with_variant(Integer, "sqlite")


class SyncClock(Base):
    """One row. `v` counts the transactions that changed replicated rows; its lock makes commit order and `v` one."""

    __tablename__ = "sync_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    v: Mapped[int] = mapped_column(Big)
    # A random id of this database, renewed when a backup is restored.
    epoch: Mapped[str] = mapped_column(String(36))
    # Tombstones with a smaller v may be gone: who has read less far starts from a new snapshot.
    kept_from: Mapped[int] = mapped_column(Big, default=0, server_default="0")
    # Written just before a backup is made, hence into it: whatever was committed before is in that backup.
    backed_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SyncEpoch(Base):
    """One life of this database: from its making, or from the restore of a backup made at `restored_to`."""

    __tablename__ = "sync_epoch"

    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    restored_to: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClockDay(Base):
    """Where the clock stood when a day (UTC) was first looked at: what is older in `v` is older than that day."""

    __tablename__ = "clock_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    v: Mapped[int] = mapped_column(Big)


class ChangeLog(Base):
    """The newest change of each replicated row."""

    __tablename__ = "change_log"
    # On SQLite the key is the table, here and below, not a second copy beside it: every write of a member is in both.
    __table_args__ = (Index("ix_change_log_v", "collection", "v", "row_id"), {"sqlite_with_rowid": False})

    collection: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_id: Mapped[str] = mapped_column(Id, primary_key=True)
    op: Mapped[str] = mapped_column(String(6))
    v: Mapped[int] = mapped_column(Big)


class ScopeLog(Base):
    """Which scope holds which row since when, and when the row last changed there."""

    __tablename__ = "scope_log"
    __table_args__ = (
        Index("ix_scope_log_v", "scope", "collection", "v", "row_id"),
        Index("ix_scope_log_row", "collection", "row_id"),
        {"sqlite_with_rowid": False},
    )

    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    collection: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_id: Mapped[str] = mapped_column(Id, primary_key=True)
    present: Mapped[bool]
    v: Mapped[int] = mapped_column(Big)


class Receipt(Base):
    """The answer to one mutation, written in the transaction that applied it."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_created_at", "created_at"),)

    mutation_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    device_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str | None] = mapped_column(String(60))
    payload_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[Any] = mapped_column(Json)
    # What was sent, kept when it was rejected, so that nothing a tablet held is lost with the refusal.
    payload: Mapped[Any] = mapped_column(Json, nullable=True)
    v: Mapped[int] = mapped_column(Big)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class EditConflict(Base):
    """Two people changed one field; the server's value stood, and a person has to choose."""

    __tablename__ = "edit_conflict"
    __table_args__ = (
        Index("ix_edit_conflict_row", "collection", "row_id"),
        Index("ix_edit_conflict_settled_at", "settled_at", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    mutation_id: Mapped[str] = mapped_column(String(80))
    collection: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[str] = mapped_column(Id)
    field: Mapped[str] = mapped_column(String(40))
    base: Mapped[Any] = mapped_column(Json, nullable=True)
    yours: Mapped[Any] = mapped_column(Json, nullable=True)
    server: Mapped[Any] = mapped_column(Json, nullable=True)
    staff_id: Mapped[str | None] = mapped_column(Id)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(Id)
    # `yours` or `server`: whose value a person chose.
    choice: Mapped[str | None] = mapped_column(String(6))


class BlockSet(Base):
    """The blocks of one collection in one scope: up to which `v` they were looked at, and who is building."""

    __tablename__ = "block_set"

    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    collection: Mapped[str] = mapped_column(String(40), primary_key=True)
    v: Mapped[int] = mapped_column(Big, default=-1)
    built_by: Mapped[str | None] = mapped_column(Id)
    build_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Block(Base):
    """About 1,000 rows with ids from `low_id` up to the next block's, as of `v`. Never changed, only superseded."""

    __tablename__ = "block"
    __table_args__ = (
        Index("ix_block_current", "scope", "collection", "superseded_at", "low_id"),
        Index("ix_block_hash", "hash"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(60))
    collection: Mapped[str] = mapped_column(String(40))
    low_id: Mapped[str] = mapped_column(String(36))
    hash: Mapped[str] = mapped_column(String(64))
    checksum: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    bytes: Mapped[int]
    v: Mapped[int] = mapped_column(Big)
    # Rows in its range that changed since `v`.
    pending: Mapped[int] = mapped_column(default=0)
    built_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BlockBody(Base):
    """The bytes of a block, compressed once."""

    __tablename__ = "block_body"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    gzip: Mapped[bytes] = mapped_column(LargeBinary)
    brotli: Mapped[bytes] = mapped_column(LargeBinary)
