"""What is erased with a customer: what she redeemed of past campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.campaigns.effect.models import PastRedemption
from backend.core.db import db

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete them."""
    db.session.execute(delete(PastRedemption).where(PastRedemption.customer_id == event.customer_id))
