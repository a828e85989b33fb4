"""What is erased with a customer: every note about her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.care.models import Note
from backend.core.db import db

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete the notes."""
    db.session.execute(delete(Note).where(Note.customer_id == event.customer_id))
