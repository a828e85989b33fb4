"""What follows for texts when customers are parted: they went along with whose they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.db import db
from sms.incoming.models import Incoming

if TYPE_CHECKING:
    from backend.customers import CustomersParted


def parted(event: CustomersParted) -> None:
    """Texts since that were taken for the survivor's may have been the other one's."""
    since = select(Incoming.id).where(
        Incoming.customer_id == event.survivor_id, Incoming.owner_id.is_(None), Incoming.received_at >= event.since
    )
    event.unclear.extend(("reply", id_) for id_ in db.session.scalars(since.order_by(Incoming.id)))
