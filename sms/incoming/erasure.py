"""What is erased with a customer: what she wrote, and her number. That somebody wrote, and when, is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, update

from backend.core.db import db
from sms.incoming.models import Incoming

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Blank her texts, and those of nobody known that came from her numbers."""
    hers: ColumnElement[bool] = Incoming.customer_id == event.customer_id
    if event.phones:
        hers = or_(hers, and_(Incoming.customer_id.is_(None), Incoming.address.in_(event.phones)))
    db.session.execute(
        update(Incoming).where(hers).values(customer_id=None, owner_id=None, address=None, body=""),
        execution_options={"synchronize_session": False},
    )
