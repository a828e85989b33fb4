"""What is erased with a customer: what follows from her sales, and what she said when she was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.core.db import db
from backend.insight.facts import MemberFacts
from backend.insight.outreach import Outreach, lists
from backend.insight.scoring import MemberScore

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete what was worked out about her, and what came of asking her."""
    lists.leave([event.customer_id])
    for model in (MemberScore, MemberFacts, Outreach):
        db.session.execute(delete(model).where(model.customer_id == event.customer_id))
