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
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.customers import Customer
from backend.organization import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select

_entry, _customer, _store = map(table_of, (ConsentEntry, Customer, Store))
_OF_HER = 4
"""Columns of whoever said it, in front of those of the statement."""

_SAID = (
    select(
        _entry.c.customer_id,
        _entry.c.guardian,
        _customer.c.birth_date,
        _store.c.time_zone,
        *(_entry.c[name] for name in Statement._fields[:-1]),
    )
    .join_from(_entry, _customer, _customer.c.id == _entry.c.customer_id)
    .outerjoin(_store, _store.c.id == _entry.c.store_id)
    .where(one_of(_entry.c.customer_id, "ids"))
)
_BORN = (
    select(_customer.c.id, _customer.c.birth_date, _store.c.time_zone)
    .join_from(_customer, _store, _store.c.id == _customer.c.home_store_id, isouter=True)
    .where(one_of(_customer.c.id, "ids"), _customer.c.birth_date.is_not(None))
)


def statements(customer_ids: Sequence[str], purpose: str | None = None) -> dict[str, list[Statement]]:
    """What each of these said about a purpose, or about all: one statement, by ix_consent_entry_customer.

    A grant of hers as a child, on the store's day, counts with her guardian's only.
    """
    query = _SAID if purpose is None else _SAID.where(_entry.c.purpose == purpose)
    found: dict[str, list[Statement]] = defaultdict(list)
    for row in db.session.execute(query, {"ids": customer_ids}).all():
        customer_id, guardian, birth_date, time_zone = row[:_OF_HER]
        counts = birth_date is None or guardian or not is_child(birth_date, row.occurred_at, time_zone)
        found[customer_id].append(Statement._make((*row[_OF_HER:], counts)))
    return found


def is_child(birth_date: date | None, at: datetime, time_zone: str | None) -> bool:
    """Whether somebody is under 14 at a moment, on the day that it is there (in Korea, where no store is named)."""
    return birth_date is not None and law_kr.needs_guardian(
        birth_date, at.astimezone(ZoneInfo(time_zone or law_kr.ZONE)).date()
    )


def children(customer_ids: Iterable[str]) -> set[str]:
    """Who of these is under 14 today, on the day of her home store: one statement, by primary keys."""
    now = clock.now()
    born = db.session.execute(_BORN, {"ids": sorted(customer_ids)})
    return {customer_id for customer_id, birth_date, zone in born if is_child(birth_date, now, zone)}


def standing(customer_ids: Sequence[str], purpose: str, *, recipient: str | None = None) -> dict[str, Permission]:
    """For each customer whether `purpose` (any but marketing) is permitted now, and by which entry since when.

    Of third parties and countries abroad `recipient` names the one meant. For other features: one statement for any
    number of customers.
    """
    said, now = statements(customer_ids, purpose), clock.now()
    matter = Matter(purpose, recipient=recipient)
    return {each: rules.permission(said.get(each, ()), matter, now=now) for each in customer_ids}


def standing_refusals(customer_ids: Sequence[str], *, channel: str, sender_id: str) -> dict[str, list[ConsentEntry]]:
    """For each customer her refusals that stand against marketing on a channel by a sender, by day or night.

    The oldest first; who refused nothing is missing. Two statements.
    """
    said, now = statements(customer_ids, "marketing"), clock.now()
    matter = Matter("marketing", channel, sender_id, night=True)
    ids = {each: rules.permission(hers, matter, now=now).refusals for each, hers in said.items()}
    wanted = [entry for found in ids.values() for entry in found]
    entries = {each.id: each for each in db.session.scalars(select(ConsentEntry).where(ConsentEntry.id.in_(wanted)))}
    return {each: [entries[entry] for entry in found] for each, found in ids.items() if found}


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
