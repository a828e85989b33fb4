"""What is erased with a customer: that the sales were hers. What was sold stays, as to somebody unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from backend.core.db import db
from backend.sales.models import Sale, SaleReturn

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Take her off her sales, with what people wrote on them and on the returns."""
    hers = or_(Sale.customer_id == event.customer_id, Sale.claimed_customer_id == event.customer_id)
    options = {"synchronize_session": False}
    returns = update(SaleReturn).where(SaleReturn.sale_id.in_(select(Sale.id).where(hers)))
    db.session.execute(returns.values(reason=""), execution_options=options)
    nobody = {"customer_id": None, "owner_id": None, "claimed_customer_id": None, "note": None, "review_note": None}
    db.session.execute(update(Sale).where(hers).values(nobody), execution_options=options)
