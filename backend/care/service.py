"""Writing down what the floor learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select, true

from backend.care.models import Note
from backend.core import audit
from backend.core.db import db
from backend.customers import get_customer
from backend.organization import at_hidden, hidden_units

if TYPE_CHECKING:
    from datetime import datetime

    from backend.core.audit import Actor


def add_note(
    customer_id: str, text: str, *, note_id: str, written_at: datetime, store_id: str, acting_staff: Actor
) -> Note:
    """Add a remark that was made at a store. Raises `NotFound` for an unknown customer."""
    now = get_customer(customer_id).id
    note = Note(id=note_id, customer_id=now, staff_id=acting_staff.staff_id, text=text, written_at=written_at)
    note.store_id = store_id
    note.owner_id = customer_id if customer_id != now else None
    db.session.add(note)
    audit.record(acting_staff, "note.add", subject_kind="customer", subject_id=now)
    return note


def notes(customer_id: str) -> Select[Note]:
    """The remarks about a customer (ix_note_customer) but those that their unit keeps. Raises `NotFound`."""
    query = select(Note).where(Note.customer_id == get_customer(customer_id).id)
    units = hidden_units()
    return query.where(func.coalesce(~at_hidden(Note.store_id, units), true())) if units else query
