"""Existing customers: whom a sender may write to without a consent, where it relies on that exception.

Whether it does is the business unit's switch: only its admins know that it advertises the kind of goods that it sells.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.consent import law_kr
from backend.core import clock
from backend.core.db import db
from backend.organization import BusinessUnit
from backend.sales import last_deals

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

# A store's day may be another one than the one in UTC.
_ZONES = timedelta(days=2)


def deals(customer_ids: Collection[str], *, senders: Collection[str] | None = None) -> dict[tuple[str, str], datetime]:
    """(customer, sender) to the end of her last deal, of the senders (None: all) that rely on the exception.

    Two statements for any number of customers, one where no sender relies on it. Whoever's deal is too long ago may be
    among them: `law_kr.existing_customer_until` decides.
    """
    relying = select(BusinessUnit.id).where(BusinessUnit.existing_customers)
    units = set(db.session.scalars(relying if senders is None else relying.where(BusinessUnit.id.in_(senders))))
    now = clock.now()
    since = (law_kr.add_months(now, -law_kr.EXISTING_CUSTOMER_MONTHS) - _ZONES).date()
    return last_deals(customer_ids, units, since=since, now=now)
