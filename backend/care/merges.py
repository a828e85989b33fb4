"""What follows for remarks when customers are parted: they went along with whose they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.care.models import Note
from backend.core.db import db

if TYPE_CHECKING:
    from backend.customers import CustomersParted


def parted(event: CustomersParted) -> None:
    """Remarks since that named the survivor alone may have been about the other one."""
    since = select(Note.id).where(
        Note.customer_id == event.survivor_id, Note.owner_id.is_(None), Note.written_at >= event.since
    )
    event.unclear.extend(("note", id_) for id_ in db.session.execute(since.order_by(Note.id)).scalars())
