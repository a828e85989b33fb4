"""What is erased with a customer: all of it follows from her sales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.core.db import db
from backend.insight.facts import MemberFacts
from backend.insight.scoring import MemberScore

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete what was worked out about her."""
    for model in (MemberScore, MemberFacts):
        db.session.execute(delete(model).where(model.customer_id == event.customer_id))
