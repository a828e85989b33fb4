"""What follows for consents when customers are merged or parted: nobody loses a refusal by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.consent.models import ConsentEntry
from backend.consent.service import refresh_senders
from backend.core import events
from backend.core.db import db
from backend.core.ids import new_id
from backend.customers import ConsentWithdrawn

if TYPE_CHECKING:
    from backend.customers import CustomersMerged, CustomersParted

_SAID = (
    "purpose",
    "channel",
    "sender_id",
    "recipient",
    "language",
    "night",
    "granted",
    "wording_version",
    "occurred_at",
    # As it was said: a copy must not look as if it had been said while somebody else was one with them.
    "recorded_at",
    "staff_id",
    "store_id",
    "device_id",
)


def merged(event: CustomersMerged) -> None:
    """Show what all statements together come to: a refusal of either one stands."""
    refresh_senders([event.survivor_id])


def parted(event: CustomersParted) -> None:
    """Have refusals since stand for both, since nobody knows who of them refused; grants stay where they were given."""
    both = [event.survivor_id, event.parted_id]
    since = select(ConsentEntry).where(ConsentEntry.customer_id.in_(both), ConsentEntry.recorded_at >= event.since)
    copies = []
    for entry in list(db.session.scalars(since.order_by(ConsentEntry.id))):
        if entry.granted:
            if entry.customer_id == event.survivor_id and entry.owner_id is None:
                event.unclear.append(("consent", entry.id))
            continue
        other = event.parted_id if entry.customer_id == event.survivor_id else event.survivor_id
        said = {name: getattr(entry, name) for name in _SAID}
        copies.append(ConsentEntry(id=new_id(), customer_id=other, evidence={"parted_from": entry.id}, **said))
    db.session.add_all(copies)
    db.session.flush()
    refresh_senders(both)
    for copy in copies:
        events.publish(ConsentWithdrawn(copy.customer_id, copy.purpose))
