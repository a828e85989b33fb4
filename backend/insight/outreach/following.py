"""What the lists hear: new scores, and everything that takes a member off them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.consent import ConsentRecorded
from backend.core import events
from backend.core.db import db
from backend.customers import ConsentWithdrawn, CustomerEdited, CustomersMerged, CustomersParted, CustomerSuspended
from backend.insight.outreach import lists, service
from backend.insight.outreach.models import Outreach
from backend.insight.scoring import ScoresRefreshed
from backend.sales import SalesTaken

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask


def init_app(app: Flask) -> None:
    """Subscribe."""
    events.subscribe(app, ScoresRefreshed, _refreshed)
    events.subscribe(app, SalesTaken, _taken)
    events.subscribe(app, CustomersMerged, _merged)
    events.subscribe(app, CustomersParted, _parted)
    events.subscribe(app, CustomerSuspended, lambda event: lists.leave([event.customer_id]))
    events.subscribe(app, ConsentWithdrawn, _withdrawn)
    events.subscribe(app, ConsentRecorded, _told)
    events.subscribe(app, CustomerEdited, _edited)


def _refreshed(event: ScoresRefreshed) -> None:
    lists.refresh(event.as_of)


def _taken(event: SalesTaken) -> None:
    """Whoever bought is back. What a unit keeps to itself takes nobody off a list: others would see it."""
    newest: dict[str, date] = {}
    for each in event.purchases:
        if each.store_id not in event.unshared:
            newest[each.customer_id] = max(each.day, newest.get(each.customer_id, each.day))
    lists.bought(newest)


def _merged(event: CustomersMerged) -> None:
    """Both histories are one from here on: what it comes to the next refresh says."""
    lists.leave([event.survivor_id, event.merged_id])


def _parted(event: CustomersParted) -> None:
    """As above. Outcomes since that named the survivor alone may have been about the other one."""
    lists.leave([event.survivor_id, event.parted_id])
    since = select(Outreach.id).where(
        Outreach.customer_id == event.survivor_id, Outreach.owner_id.is_(None), Outreach.recorded_at >= event.since
    )
    event.unclear.extend(("outreach", id_) for id_ in db.session.scalars(since.order_by(Outreach.id)))


def _withdrawn(event: ConsentWithdrawn) -> None:
    if event.purpose == "profiling":
        lists.leave([event.customer_id])


def _told(event: ConsentRecorded) -> None:
    """She may be called from now on, or no longer."""
    if event.entry.purpose == "marketing":
        lists.recheck([event.entry.customer_id])


def _edited(event: CustomerEdited) -> None:
    if "phone" in event.fields:
        service.another_number(event.customer_id)
        lists.recheck([event.customer_id])
