"""What is erased with a customer: her statements. On what basis a text went stays with the text, without her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.consent.models import ConsentEntry
from backend.core.db import db

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete the ledger's entries: the one case in which it loses any."""
    db.session.execute(delete(ConsentEntry).where(ConsentEntry.customer_id == event.customer_id))
