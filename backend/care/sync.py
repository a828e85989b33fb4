"""Notes written on the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.care import service
from backend.care.schemas import NoteData
from backend.core.errors import NotFound
from backend.sync import Kind, Mutation, Outcome, Rejected, register_kind

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the kind `note.add`."""
    register_kind(app, Kind("note.add", NoteData(), add))


def add(mutation: Mutation) -> Outcome:
    """Take a remark, dated by the tablet's clock but never later than it arrived."""
    try:
        note = service.add_note(
            mutation.data,
            note_id=mutation.id,
            store_id=mutation.caller.store_id,
            written_at=min(mutation.at, mutation.received_at),
            acting_staff=mutation.actor,
        )
    except NotFound:
        raise Rejected("unknown_customer", "The server knows no such customer.") from None
    return Outcome(flags=("merged_customer",) if note.owner_id else ())
