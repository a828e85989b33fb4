"""What is erased with a customer: codes that she could still use; of those that she used, that they were hers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from backend.core.db import db
from backend.loyalty.coupons.models import CouponCode, CouponUse

if TYPE_CHECKING:
    from backend.customers import CustomerErased

_BULK = {"synchronize_session": False}


def erase(event: CustomerErased) -> None:
    """Nobody else may use her codes; what was used stays, as somebody's."""
    hers = CouponCode.customer_id == event.customer_id
    nobody = {"customer_id": None, "owner_id": None}
    uses = update(CouponUse).where(CouponUse.customer_id == event.customer_id)
    db.session.execute(uses.values(nobody), execution_options=_BULK)
    used = select(CouponUse.id).where(CouponUse.code == CouponCode.code).exists()
    db.session.execute(delete(CouponCode).where(hers, ~used), execution_options=_BULK)
    db.session.execute(update(CouponCode).where(hers).values(nobody), execution_options=_BULK)
