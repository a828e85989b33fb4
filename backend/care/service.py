"""Writing down what the floor learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, bindparam, func, literal, select, true

from backend.care.models import Note
from backend.core import audit
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.customers import get_customer
from backend.organization import at_hidden, hidden_units

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from backend.core.audit import Actor

_note = table_of(Note).c
_COMPLAINTS = (
    select(_note.customer_id, func.max(_note.written_at))
    .where(_note.kind == literal("complaint", literal_execute=True))
    .where(one_of(_note.customer_id, "ids"), _note.written_at >= bindparam("since"))
    .group_by(_note.customer_id)
)


def add_note(
    data: Mapping[str, str], *, note_id: str, written_at: datetime, store_id: str, acting_staff: Actor
) -> Note:
    """Add a remark (`NoteData`) that was made at a store. Raises `NotFound` for an unknown customer."""
    customer_id = data["customer_id"]
    now = get_customer(customer_id).id
    note = Note(id=note_id, customer_id=now, kind=data["kind"], text=data["text"], written_at=written_at)
    note.staff_id, note.store_id = acting_staff.staff_id, store_id
    note.owner_id = customer_id if customer_id != now else None
    db.session.add(note)
    audit.record(acting_staff, "note.add", subject_kind="customer", subject_id=now)
    return note


def last_complaints(customer_ids: Collection[str], since: datetime) -> dict[str, datetime]:
    """Of these customers, who complained since a moment, and when last: one statement, by ix_note_complaint."""
    found = db.session.execute(_COMPLAINTS, {"ids": sorted(customer_ids), "since": since})
    return {str(customer_id): at for customer_id, at in found}


def notes(customer_id: str) -> Select[Note]:
    """The remarks about a customer (ix_note_customer) but those that their unit keeps. Raises `NotFound`."""
    query = select(Note).where(Note.customer_id == get_customer(customer_id).id)
    units = hidden_units()
    return query.where(func.coalesce(~at_hidden(Note.store_id, units), true())) if units else query
