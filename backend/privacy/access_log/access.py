"""The access log as admins read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, false, select

from backend.core.audit import AccessEntry
from backend.core.db import db
from backend.customers import Customer, merged_into, survivors
from backend.organization import Device, Staff, Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def entries(
    *, customer: str | None, staff: str | None, since: datetime | None, until: datetime | None
) -> Select[AccessEntry]:
    """Select entries (ix_access_entry_customer, ix_access_entry_staff); the caller orders and pages."""
    query = select(AccessEntry)
    if customer is not None:
        now = survivors([customer]).get(customer, customer)
        query = query.where(AccessEntry.customer_id.in_([now, *merged_into(now)]))
    if staff is not None:
        person = db.session.execute(select(Staff.id).where(Staff.login == staff)).scalar_one_or_none()
        query = query.where(false() if person is None else AccessEntry.staff_id == person)
    if since is not None:
        query = query.where(AccessEntry.at >= since)
    if until is not None:
        query = query.where(AccessEntry.at < until)
    return query


def described(page: Sequence[AccessEntry]) -> list[dict[str, Any]]:
    """Entries with the names of who looked, where, and at whom: one look-up for each of these, however many entries."""
    people = _named(select(Staff.id, Staff.login, Staff.name, Store.code).outerjoin(Store), Staff.id, page, "staff_id")
    tablets = _named(select(Device.id, Device.label, Store.code).join(Store), Device.id, page, "device_id")
    now = survivors([entry.customer_id for entry in page])
    wanted = {now.get(entry.customer_id, entry.customer_id) for entry in page}
    found = db.session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(wanted)))
    members = {row.id: {"id": row.id, "name": row.name} for row in found}
    shown = []
    for entry in page:
        person, tablet = people.get(entry.staff_id), tablets.get(entry.device_id)
        shown.append(
            {
                "id": entry.id,
                "at": entry.at,
                "recorded_at": entry.recorded_at,
                "what": entry.what,
                "reason": entry.reason,
                "staff": {"login": person.login, "name": person.name} if person else None,
                "store": tablet.code if tablet else person.code if person else None,
                "tablet": (tablet.label or "") if tablet else None,
                "customer": members.get(now.get(entry.customer_id, entry.customer_id)),
                "sealed": entry.seal_number is not None,
            }
        )
    return shown


def _named(query: Any, key: Any, page: Sequence[AccessEntry], column: str) -> dict[str | None, Any]:  # noqa: ANN401
    ids = {value for entry in page if (value := getattr(entry, column)) is not None}
    return {row.id: row for row in db.session.execute(query.where(key.in_(ids)))} if ids else {}
