"""Flagged sales: a manager looks at what was odd, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.sales.models import Sale

if TYPE_CHECKING:
    from backend.core.audit import Actor


def review(sale_id: str, note: str | None, *, at_store: str | None, acting_staff: Actor) -> None:
    """Write down that somebody looked at a sale's flags. Raises `NotFound`, also for an unflagged sale."""
    sale = _flagged(sale_id, at_store)
    sale.reviewed_at, sale.reviewed_by, sale.review_note = clock.now(), acting_staff.staff_id, note
    audit.record(acting_staff, "sale.review", subject_kind="sale", subject_id=sale.id)


def unreview(sale_id: str, *, at_store: str | None, acting_staff: Actor) -> None:
    """Take a review back. Raises `NotFound`, also for an unflagged sale."""
    sale = _flagged(sale_id, at_store)
    if sale.reviewed_at is not None:
        audit.record(acting_staff, "sale.unreview", subject_kind="sale", subject_id=sale.id)
    sale.reviewed_at = sale.reviewed_by = sale.review_note = None


def _flagged(sale_id: str, at_store: str | None) -> Sale:
    found = db.session.scalars(select(Sale).where(Sale.id == sale_id)).one_or_none() if is_id(sale_id) else None
    if found is None or not found.flags or (at_store is not None and found.store_id != at_store):
        raise NotFound
    return found
