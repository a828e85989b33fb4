"""Moving points. The balance on the card moves with the ledger, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from backend.core.db import db, parts
from backend.customers import add_points, set_facts
from backend.loyalty.models import PointsEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Redemption:
    """Points that a customer paid with; `owner_id` as `customers.Owned` has it."""

    customer_id: str
    points: int
    sale_id: str
    owner_id: str | None = None


def balance(customer_id: str) -> int:
    """The sum of the customer's entries (ix_points_entry_customer)."""
    return balances([customer_id])[customer_id]


def balances(customer_ids: Collection[str]) -> dict[str, int]:
    """The sum of each customer's entries, 0 without any."""
    found = dict.fromkeys(customer_ids, 0)
    for part in parts(sorted(found)):
        query = select(PointsEntry.customer_id, func.sum(PointsEntry.points)).where(PointsEntry.customer_id.in_(part))
        rows = db.session.execute(query.group_by(PointsEntry.customer_id))
        found |= {customer_id: int(points) for customer_id, points in rows}
    return found


def redeem(redemptions: Sequence[Redemption]) -> None:
    """Take points for sales that have happened, whether there are enough of them or not."""
    for each in redemptions:
        db.session.add(
            PointsEntry(
                customer_id=each.customer_id,
                owner_id=each.owner_id,
                kind="redeem",
                points=-each.points,
                sale_id=each.sale_id,
            )
        )
    db.session.flush()
    for each in redemptions:
        add_points(each.customer_id, -each.points)


def refresh_points(customer_ids: Collection[str]) -> None:
    """Show on each card what the ledger says."""
    for customer_id, points in balances(customer_ids).items():
        set_facts(customer_id, points=points)
