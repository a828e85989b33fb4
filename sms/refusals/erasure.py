"""What is erased with a customer: her links. Nobody writes to her any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, or_

from backend.core.db import db
from sms.refusals.models import RefusalLink

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete her links, and those of nobody known that were made for her numbers."""
    hers: ColumnElement[bool] = or_(
        RefusalLink.customer_id == event.customer_id, RefusalLink.made_for == event.customer_id
    )
    if event.phones:
        hers = or_(hers, and_(RefusalLink.customer_id.is_(None), RefusalLink.address.in_(event.phones)))
    db.session.execute(delete(RefusalLink).where(hers), execution_options={"synchronize_session": False})
