"""What is remembered of imports and merges."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime


class ImportRun(Base):
    """One run of an importer: how far it has come; `finished_at` is None while it runs, or if it was killed."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_source", "source", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(40))
    # The last line of the sales file that is in the database with its whole basket.
    lines_done: Mapped[int] = mapped_column(BigInteger, default=0)
    sales_written: Mapped[int] = mapped_column(BigInteger, default=0)
    lines_written: Mapped[int] = mapped_column(BigInteger, default=0)
    problems: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Merge(Base):
    """Two customers were made one. `fields`: {field: [what the survivor had, what she got]}, as JSON values.

    `unclear` is written when it is undone: [kind, id] of what was recorded meanwhile for the survivor, and may have
    been meant for the other one.
    """

    __tablename__ = "customer_merge"
    __table_args__ = (
        Index("ix_customer_merge_survivor", "survivor_id", "id"),
        Index("ix_customer_merge_merged", "merged_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    survivor_id: Mapped[str] = mapped_column(Id)
    merged_id: Mapped[str] = mapped_column(Id)
    fields: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    staff_id: Mapped[str | None] = mapped_column(Id)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(Id)
    unclear: Mapped[list[Any]] = mapped_column(Json, default=list)
