"""What is erased with a customer: her links, and when she opened them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from backend.core.db import db
from sms.links.models import LinkClick, ShortLink

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Take away her links: what is still in her phone leads nowhere."""
    hers = select(ShortLink.code).where(ShortLink.customer_id == event.customer_id)
    db.session.execute(delete(LinkClick).where(LinkClick.code.in_(hers)))
    db.session.execute(delete(ShortLink).where(ShortLink.customer_id == event.customer_id))
