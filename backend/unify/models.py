"""What is remembered of imports and merges."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime


class ImportRun(Base):
    """One run of an importer: how far it has come; `finished_at` is None while it runs, or if it was killed."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_source", "source", "id"), Index("ix_import_run_job", "job", "id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(String(40))
    # The last line of the file that is in the database: of the sales file with its whole basket.
    lines_done: Mapped[int] = mapped_column(BigInteger, default=0)
    sales_written: Mapped[int] = mapped_column(BigInteger, default=0)
    lines_written: Mapped[int] = mapped_column(BigInteger, default=0)
    problems: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # What follows is of files with columns of any name (`backend.unify.files`); `kind` says what their rows are.
    kind: Mapped[str | None] = mapped_column(String(20))
    file: Mapped[str | None] = mapped_column(String(255))
    # SHA-256 of the file, by which a killed run is found again.
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    options: Mapped[Any] = mapped_column(Json, nullable=True)
    created: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    changed: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    unchanged: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    repeated: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bad: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # A run that only looks: it counts and finds what an import would, and writes nothing else.
    dry_run: Mapped[bool] = mapped_column(default=False, server_default=false())

    # What follows is of runs that were asked for at the desk and that the worker carries out (`backend.unify.desk`).
    staff_id: Mapped[str | None] = mapped_column(Id)
    upload_id: Mapped[str | None] = mapped_column(Id)
    # What is to be done with it: check, import, undo; None when nothing is.
    job: Mapped[str | None] = mapped_column(String(10))
    # Who is at it: whoever finds another one here than its own has been superseded.
    claim: Mapped[str | None] = mapped_column(Id)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop: Mapped[bool] = mapped_column(default=False, server_default=false())
    fraction: Mapped[float] = mapped_column(default=0.0, server_default="0")
    # Where and when it was begun or taken up last, from which rate and time left are told.
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    begun_lines: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    begun_fraction: Mapped[float] = mapped_column(default=0.0, server_default="0")
    # Why it stopped, or why it was not undone: a code, and what it speaks of (ids, never names).
    failure: Mapped[str | None] = mapped_column(String(40))
    failed_by: Mapped[Any] = mapped_column(Json, nullable=True)


class ImportUpload(Base):
    """A file that waits to be imported: the row of what stands in the folder of uploads under its id."""

    __tablename__ = "import_upload"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    # What whoever uploaded it calls it: shown, and never part of a path.
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    fingerprint: Mapped[str] = mapped_column(String(64))
    # None for a workbook.
    encoding: Mapped[str | None] = mapped_column(String(20))
    damaged: Mapped[bool] = mapped_column(default=False)
    staff_id: Mapped[str | None] = mapped_column(Id)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ImportChange(Base):
    """What a run did to one member, so that it can be undone. Who was merged since is no customer: no foreign key.

    `before` is what it replaced ({column: value}, and `updated_at`), None for a member whom the run created. The key is
    the one index: erasing seeks a customer in it, an undo reads it through once, an import pays for no second.
    """

    __tablename__ = "import_change"
    __table_args__ = ({"sqlite_with_rowid": False},)

    customer_id: Mapped[str] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    # The cards that the run gave her.
    cards: Mapped[list[Any]] = mapped_column(Json, default=list)
    # [[field, value], …] of the further numbers and preferences that it gave her, if any.
    further: Mapped[Any] = mapped_column(Json, nullable=True)
    # Her `updated_at` as the run left it: another one means that somebody touched her since.
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportEntry(Base):
    """What a run did to one product or sale, so that it can be undone; what is gone since is no row: no foreign key.

    `before` is what it replaced ({column: value}), None for a row that it made. `after` is what it left, by which is
    seen whether somebody touched the row since; None for a sale, of which nothing is written over.
    """

    __tablename__ = "import_entry"
    __table_args__ = ({"sqlite_with_rowid": False},)

    row_id: Mapped[str] = mapped_column(Id, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    after: Mapped[Any] = mapped_column(Json, nullable=True)


class ImportProblem(Base):
    """A row, or a cell, that a run could not use: a code, the column's heading and a detail, worded when it is read.

    Who is erased is taken out of the details: a column that was mapped wrongly may have put a name there.
    """

    __tablename__ = "import_problem"

    run_id: Mapped[str] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(BigInteger)
    # Worded already: of files that were imported before problems had codes.
    reason: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(String(20))
    heading: Mapped[str | None] = mapped_column(String(255))
    detail: Mapped[str | None] = mapped_column(String(60))


class ImportProfile(Base):
    """A mapping of columns to fields that was kept under a name: {heading: field}."""

    __tablename__ = "import_profile"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    columns: Mapped[Any] = mapped_column(Json)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)


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
