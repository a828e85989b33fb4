"""What follows for purchases when customers are merged or parted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.db import db
from backend.sales.facts import refresh_purchase_facts
from backend.sales.models import Sale

if TYPE_CHECKING:
    from backend.customers import CustomersMerged, CustomersParted


def merged(event: CustomersMerged) -> None:
    """Work her facts out from all purchases."""
    refresh_purchase_facts([event.survivor_id])


def parted(event: CustomersParted) -> None:
    """Work out the facts of both; sales since that named the survivor alone may have been the other one's."""
    refresh_purchase_facts([event.survivor_id, event.parted_id])
    since = select(Sale.id).where(
        Sale.customer_id == event.survivor_id, Sale.owner_id.is_(None), Sale.received_at >= event.since
    )
    event.unclear.extend(("sale", id_) for id_ in db.session.execute(since.order_by(Sale.id)).scalars())
