"""What is erased with a customer: her points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.core.db import db
from backend.loyalty.models import PointsEntry

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete the ledger's entries; they are worth nothing to anybody else."""
    db.session.execute(delete(PointsEntry).where(PointsEntry.customer_id == event.customer_id))
