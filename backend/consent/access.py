"""The door to what a customer said."""

from __future__ import annotations

from sqlalchemy import Select, select

from backend.consent.models import ConsentEntry, ConsentWording
from backend.core.db import db

_SHOWN = 100


def entries(customer_id: str) -> list[ConsentEntry]:
    """The newest statements of a customer, at most a hundred."""
    query = select(ConsentEntry).where(ConsentEntry.customer_id == customer_id)
    return list(db.session.execute(query.order_by(ConsentEntry.occurred_at.desc()).limit(_SHOWN)).scalars())


def wordings(state: str | None) -> Select[ConsentWording]:
    """Select the wordings in a state, or all; the caller orders and pages."""
    query = select(ConsentWording)
    return query if state is None else query.where(ConsentWording.state == state)
