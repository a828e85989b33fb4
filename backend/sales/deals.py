"""When somebody's last deal with a business unit ended: what the exception for existing customers counts from."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, false, func, or_, select

from backend.core.db import db
from backend.organization import Store
from backend.sales.facts import STILL_SOLD
from backend.sales.models import Sale

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute


def last_deals(
    customer_ids: Collection[str], unit_ids: Collection[str], *, since: date, now: datetime
) -> dict[tuple[str, str], datetime]:
    """(customer, unit) to the end of the last deal since a business day, in the time of the store where it was made.

    A deal ends with its sale. One that came back wholly was none, of one that came back in part the rest is; one that a
    wrong clock dates after `now` does not count yet. One statement for any number of customers, by ix_sale_customer
    from that day on, so that it reads the few sales of some months however long a history is.
    """
    found: dict[tuple[str, str], datetime] = {}
    if not customer_ids or not unit_ids:
        return found
    for customer_id, unit_id, zone, ended_at in db.session.execute(ended(customer_ids, unit_ids, since=since, now=now)):
        key = (str(customer_id), unit_id)
        if key not in found or ended_at > found[key]:
            found[key] = ended_at.astimezone(ZoneInfo(zone))
    return found


def bought_since(
    customer_id: InstrumentedAttribute[str], unit_id: str, since: Mapping[str, datetime], *, now: datetime
) -> ColumnElement[bool]:
    """Whether a deal with the unit ended after `since`, {time zone of the store: moment}. By ix_sale_customer."""
    recent = [and_(Store.time_zone == zone, Sale.occurred_at > moment) for zone, moment in since.items()]
    first = min(since.values(), default=now).date() - timedelta(days=1)
    return exists().where(
        Sale.customer_id == customer_id,
        Sale.business_day >= first,
        Sale.occurred_at <= now,
        Sale.store_id == Store.id,
        Store.business_unit_id == unit_id,
        or_(false(), *recent),
        STILL_SOLD,
    )


def ended(
    customer_ids: Collection[str], unit_ids: Collection[str], *, since: date, now: datetime
) -> Select[str | None, str, str, datetime]:
    """Select (customer, unit, time zone, end of the last deal there)."""
    return (
        select(Sale.customer_id, Store.business_unit_id, Store.time_zone, func.max(Sale.occurred_at))
        .join(Store, Store.id == Sale.store_id)
        .where(
            Sale.customer_id.in_(sorted(customer_ids)),
            Sale.business_day >= since,
            Sale.occurred_at <= now,
            Store.business_unit_id.in_(sorted(unit_ids)),
            STILL_SOLD,
        )
        .group_by(Sale.customer_id, Store.business_unit_id, Store.time_zone)
    )
