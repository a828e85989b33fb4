"""What is erased with a customer: what imports did to her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.core.db import db
from backend.unify.models import ImportChange

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete her entries in the journals; the problems of a run quote nothing that is personal."""
    hers = ImportChange.customer_id.in_((event.customer_id, *event.merged))
    db.session.execute(delete(ImportChange).where(hers), execution_options={"synchronize_session": False})
