"""Reading the ledger: the statements of many people at once, and what they come to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from backend.consent import law_kr, rules
from backend.consent.models import MARKETING_GRANT, ConsentEntry
from backend.consent.rules import Matter, Permission, Statement
from backend.core import clock
from backend.core.db import db
from backend.customers import Customer
from backend.organization import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select


def statements(customer_ids: Sequence[str], purpose: str | None = None) -> dict[str, list[Statement]]:
    """What each of these said about a purpose, or about all: one statement, by ix_consent_entry_customer.

    A grant of hers as a child, on the store's day, counts with her guardian's only.
    """
    entry = ConsentEntry
    query = (
        select(
            entry.customer_id,
            entry.id,
            entry.purpose,
            entry.channel,
            entry.sender_id,
            entry.recipient,
            entry.night,
            entry.granted,
            entry.lifts_id,
            entry.occurred_at,
            entry.guardian,
            Customer.birth_date,
            Store.time_zone,
        )
        .join(Customer, Customer.id == entry.customer_id)
        .outerjoin(Store, Store.id == entry.store_id)
        .where(entry.customer_id.in_(customer_ids))
    )
    if purpose is not None:
        query = query.where(entry.purpose == purpose)
    found: dict[str, list[Statement]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.customer_id].append(
            Statement(
                id=row.id,
                purpose=row.purpose,
                channel=row.channel,
                sender_id=row.sender_id,
                recipient=row.recipient,
                night=row.night,
                granted=row.granted,
                lifts_id=row.lifts_id,
                occurred_at=row.occurred_at,
                counts=row.guardian or not is_child(row.birth_date, row.occurred_at, row.time_zone),
            )
        )
    return found


def is_child(birth_date: date | None, at: datetime, time_zone: str | None) -> bool:
    """Whether somebody is under 14 at a moment, on the day that it is there (in Korea, where no store is named)."""
    return birth_date is not None and law_kr.needs_guardian(
        birth_date, at.astimezone(ZoneInfo(time_zone or law_kr.ZONE)).date()
    )


def children(customer_ids: Iterable[str]) -> set[str]:
    """Who of these is under 14 today, on the day of her home store: one statement, by primary keys."""
    now = clock.now()
    query = (
        select(Customer.id, Customer.birth_date, Store.time_zone)
        .outerjoin(Store, Store.id == Customer.home_store_id)
        .where(Customer.id.in_(sorted(customer_ids)), Customer.birth_date.is_not(None))
    )
    return {row.id for row in db.session.execute(query) if is_child(row.birth_date, now, row.time_zone)}


def standing(customer_ids: Sequence[str], purpose: str, *, recipient: str | None = None) -> dict[str, Permission]:
    """For each customer whether `purpose` (any but marketing) is permitted now, and by which entry since when.

    Of third parties and countries abroad `recipient` names the one meant. For other features: one statement for any
    number of customers.
    """
    said, now = statements(customer_ids, purpose), clock.now()
    matter = Matter(purpose, recipient=recipient)
    return {each: rules.permission(said.get(each, ()), matter, now=now) for each in customer_ids}


def grants_between(after: datetime, until: datetime) -> Select[ConsentEntry]:
    """Select the consents to marketing given in that time, the oldest first (ix_consent_entry_marketing)."""
    query = select(ConsentEntry).where(
        MARKETING_GRANT, ConsentEntry.occurred_at > after, ConsentEntry.occurred_at <= until
    )
    return query.order_by(ConsentEntry.occurred_at, ConsentEntry.id)


def permitting(entries: Iterable[ConsentEntry]) -> set[str]:
    """Which of these consents to marketing, by id, are what permits it: none newer was given, and none refused."""
    chosen = list(entries)
    said, now = statements(sorted({each.customer_id for each in chosen}), "marketing"), clock.now()
    found = set()
    for each in chosen:
        matter = Matter("marketing", each.channel, each.sender_id, night=each.night)
        stands = rules.permission(said.get(each.customer_id, ()), matter, now=now)
        if stands.allowed and stands.entry_id == each.id:
            found.add(each.id)
    return found
