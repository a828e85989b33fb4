"""Moving points. The balance on the card moves with the ledger, in the same transaction."""

from __future__ import annotations

from sqlalchemy import func, select

from backend.core.db import db
from backend.customers import add_points
from backend.loyalty.models import PointsEntry


def balance(customer_id: str) -> int:
    """The sum of the customer's entries (ix_points_entry_customer)."""
    query = select(func.coalesce(func.sum(PointsEntry.points), 0)).where(PointsEntry.customer_id == customer_id)
    return int(db.session.execute(query).scalar_one())


def redeem(customer_id: str, points: int, *, sale_id: str) -> bool:
    """Take `points` for a sale that has happened; whether there were enough of them. It is taken either way."""
    enough = balance(customer_id) >= points
    db.session.add(PointsEntry(customer_id=customer_id, kind="redeem", points=-points, sale_id=sale_id))
    db.session.flush()
    add_points(customer_id, -points)
    return enough
