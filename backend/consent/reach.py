"""What the ledger comes to, asked of many members at once: conditions of SQL over the table `customer`.

They say of each what `rules.marketing_state` says; a test compares the two.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, extract, false, or_, select
from sqlalchemy.orm import aliased

from backend.consent import law_kr
from backend.consent.models import ConsentEntry
from backend.core.db import db
from backend.customers import Customer
from backend.organization import BusinessUnit, Store
from backend.sales import bought_since

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

_YEAR, _MONTH = 10_000, 100
"""A date as a whole number, 20261123, of which years can be taken off without a calendar."""


def has_refused(channel: str, sender_id: str) -> ColumnElement[bool]:
    """Whether a refusal of hers stands by day: none that counts names it. By ix_consent_entry_customer."""
    refusal, grant = aliased(ConsentEntry), aliased(ConsentEntry)
    # Correlated by name: left to itself, SQLAlchemy would look for the lift among all members' statements.
    lifted = (
        exists()
        .where(
            grant.customer_id == Customer.id,
            grant.purpose == "marketing",
            grant.granted,
            grant.lifts_id == refusal.id,
            or_(grant.channel.is_(None), grant.channel == channel),
            or_(grant.sender_id.is_(None), grant.sender_id == sender_id),
            _counts(grant),
        )
        .correlate(Customer, refusal)
    )
    return exists().where(
        refusal.customer_id == Customer.id,
        refusal.purpose == "marketing",
        ~refusal.granted,
        ~refusal.night,
        or_(refusal.channel.is_(None), refusal.channel == channel),
        or_(refusal.sender_id.is_(None), refusal.sender_id == sender_id),
        ~lifted,
    )


def has_agreed(channel: str, sender_id: str, *, confirmed_before: datetime | None = None) -> ColumnElement[bool]:
    """Whether she agreed to just this; with `confirmed_before`, so lately that it need not be confirmed anew by then.

    By ix_consent_entry_customer. A refusal is another question.
    """
    grant = aliased(ConsentEntry)
    conditions = [
        grant.customer_id == Customer.id,
        grant.purpose == "marketing",
        grant.granted,
        grant.channel == channel,
        grant.sender_id == sender_id,
        _counts(grant),
    ]
    if confirmed_before is not None:
        conditions.append(grant.occurred_at > _ends_after(confirmed_before, law_kr.reconfirm_by))
    return exists().where(*conditions)


def permits(purpose: str) -> ColumnElement[bool]:
    """Whether a purpose that is agreed to once for all (profiling) is permitted: agreed to, and no refusal stands."""
    refusal, grant, lift = (aliased(ConsentEntry) for _ in range(3))
    lifted = (
        exists()
        .where(
            lift.customer_id == Customer.id,
            lift.purpose == purpose,
            lift.granted,
            lift.lifts_id == refusal.id,
            _counts(lift),
        )
        .correlate(Customer, refusal)
    )
    refused = exists().where(refusal.customer_id == Customer.id, refusal.purpose == purpose, ~refusal.granted, ~lifted)
    agreed = exists().where(grant.customer_id == Customer.id, grant.purpose == purpose, grant.granted, _counts(grant))
    return agreed & ~refused


def is_child(now: datetime) -> ColumnElement[bool]:
    """Whether she is under 14, on the day of her home store."""
    zones = dict(iter(db.session.execute(select(Store.id, Store.time_zone))))
    elsewhere = sorted(store for store, zone in zones.items() if _limit(now, zone) != _limit(now, law_kr.ZONE))
    usual = Customer.birth_date > _limit(now, law_kr.ZONE)
    if not elsewhere:
        return usual
    away = [
        and_(Customer.home_store_id == store, Customer.birth_date > _limit(now, zones[store])) for store in elsewhere
    ]
    at_home = or_(Customer.home_store_id.is_(None), Customer.home_store_id.not_in(elsewhere))
    return or_(and_(at_home, usual), *away)


def is_existing_customer(sender_id: str, now: datetime) -> ColumnElement[bool]:
    """Whether the sender may write to her because she bought there; never where it does not rely on that exception."""
    relies = select(BusinessUnit.existing_customers).where(BusinessUnit.id == sender_id)
    if not db.session.scalar(relies):
        return false()
    zones = db.session.scalars(select(Store.time_zone).where(Store.business_unit_id == sender_id).distinct()).all()
    since = {zone: _ends_after(now, law_kr.existing_customer_until, zone=zone) for zone in zones}
    return bought_since(Customer.id, sender_id, since, now=now)


def _counts(grant: type[ConsentEntry]) -> ColumnElement[bool]:
    """Whether a grant counts: not that of a child without her guardian. The day is that in UTC."""
    age = _number(grant.occurred_at) - _number(Customer.birth_date)
    return or_(Customer.birth_date.is_(None), grant.guardian, age >= law_kr.OF_AGE_TO_CONSENT * _YEAR)


def _number(moment: InstrumentedAttribute[Any]) -> ColumnElement[int]:
    return extract("year", moment) * _YEAR + extract("month", moment) * _MONTH + extract("day", moment)


def _limit(now: datetime, zone: str) -> date:
    """Return the last birthday of whoever is no child any more."""
    today = now.astimezone(ZoneInfo(zone)).date()
    year = today.year - law_kr.OF_AGE_TO_CONSENT
    try:
        return today.replace(year=year)
    except ValueError:  # the 29th of February, and that year has none
        return date(year, 2, 28)


def _ends_after(now: datetime, ends: Callable[[datetime], datetime], *, zone: str = "UTC") -> datetime:
    """Return the latest moment whose time, by `ends`, is over at `now`: of later ones it is not."""
    over, running = now - timedelta(days=3 * 366), now
    while running - over > timedelta(microseconds=1):
        middle = over + (running - over) / 2
        if ends(middle.astimezone(ZoneInfo(zone))) <= now:
            over = middle
        else:
            running = middle
    return over
