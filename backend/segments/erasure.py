"""What is erased with a customer: the lists that she is on, and what she entered and left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.core.db import db
from backend.segments.models import SegmentMember, SegmentMove

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete them."""
    for model in (SegmentMember, SegmentMove):
        db.session.execute(delete(model).where(model.customer_id == event.customer_id))
