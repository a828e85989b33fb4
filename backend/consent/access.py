"""The door to what a customer said."""

from __future__ import annotations

from sqlalchemy import select

from backend.consent.models import ConsentEntry, ConsentWording
from backend.core.db import db

_SHOWN = 100


def entries(customer_id: str) -> list[ConsentEntry]:
    """The newest statements of a customer, at most a hundred."""
    query = select(ConsentEntry).where(ConsentEntry.customer_id == customer_id)
    return list(db.session.execute(query.order_by(ConsentEntry.occurred_at.desc()).limit(_SHOWN)).scalars())


def wordings() -> list[ConsentWording]:
    """The registered wordings by version."""
    return list(db.session.execute(select(ConsentWording).order_by(ConsentWording.version)).scalars())
