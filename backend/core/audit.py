"""Who changed what: one row for each write, in the transaction that wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, String, insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.bulk import insert_rows
from backend.core.db import Base, db, table_of
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Actor:
    """Who acts: a staff member, on a tablet or at a desk, or the system itself (`staff_id` None)."""

    staff_id: str | None = None
    device_id: str | None = None


SYSTEM = Actor()


class AuditEntry(Base):
    """One change that somebody made."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    staff_id: Mapped[str | None] = mapped_column(Id)
    device_id: Mapped[str | None] = mapped_column(Id)
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(Id)
    detail: Mapped[Any] = mapped_column(Json, nullable=True)


class AccessEntry(Base):
    """One view of a person's data: who, when, from which tablet, whose, what.

    `recorded_at` is later than `at` for what a tablet reports of its own book. `seal_number` is the batch that the
    entry was sealed in (`backend.privacy.access_log`), None until then.
    """

    __tablename__ = "access_entry"
    __table_args__ = (
        Index("ix_access_entry_customer", "customer_id", "id"),
        Index("ix_access_entry_staff", "staff_id", "id"),
        Index("ix_access_entry_seal", "seal_number", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    staff_id: Mapped[str | None] = mapped_column(Id)
    device_id: Mapped[str | None] = mapped_column(Id)
    customer_id: Mapped[str] = mapped_column(Id)
    what: Mapped[str] = mapped_column(String(60))
    seal_number: Mapped[int | None]
    # Why a copy of her data was taken.
    reason: Mapped[str | None] = mapped_column(String(400))


_INSERT_AUDIT, _INSERT_ACCESS = insert(table_of(AuditEntry)), insert(table_of(AccessEntry))


def record(
    actor: Actor, action: str, *, subject_kind: str, subject_id: str | None, detail: dict[str, Any] | None = None
) -> None:
    """Add an audit row to the open unit of work. `detail` is plain JSON and holds no secret."""
    db.session.add(
        AuditEntry(
            staff_id=actor.staff_id,
            device_id=actor.device_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail=detail,
        )
    )


def record_each(
    subjects: Sequence[tuple[Actor, str]],
    action: str,
    *,
    subject_kind: str,
    details: Sequence[dict[str, Any] | None] | None = None,
) -> None:
    """As `record`, for many subjects in one statement; `details` has one for each."""
    at = clock.now()
    rows = [
        {
            "id": new_id(),
            "at": at,
            "staff_id": actor.staff_id,
            "device_id": actor.device_id,
            "action": action,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "detail": detail,
        }
        for (actor, subject_id), detail in zip(subjects, details or [None] * len(subjects), strict=True)
    ]
    insert_rows(_INSERT_AUDIT, rows)


def record_access(actor: Actor, *, customer_id: str, what: str, reason: str | None = None) -> None:
    """Write down in the open unit of work that `actor` saw `what` of a customer."""
    at = clock.now()
    keep_accesses([access_row(actor, customer_id, what, at=at, recorded_at=at) | {"reason": reason}])


def record_accesses(actor: Actor, customer_ids: Iterable[str], *, what: str) -> None:
    """As `record_access`, for many customers in one statement."""
    at = clock.now()
    keep_accesses(access_row(actor, customer_id, what, at=at, recorded_at=at) for customer_id in customer_ids)


def access_row(actor: Actor, customer_id: str, what: str, *, at: datetime, recorded_at: datetime) -> dict[str, Any]:
    """A row of the table `access_entry`."""
    return {
        "id": new_id(),
        "at": at,
        "recorded_at": recorded_at,
        "staff_id": actor.staff_id,
        "device_id": actor.device_id,
        "customer_id": customer_id,
        "what": what,
        "seal_number": None,
        "reason": None,
    }


def keep_accesses(rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as `access_row` makes them in the open unit of work."""
    insert_rows(_INSERT_ACCESS, list(rows))
