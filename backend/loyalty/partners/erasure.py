"""What is erased with a customer: that transfers were hers. What the houses owe each other stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from backend.core import clock
from backend.core.db import db
from backend.loyalty.partners.models import PartnerTransfer

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Take her off her transfers; what a partner has not heard of does not go to it any more."""
    hers = PartnerTransfer.customer_id == event.customer_id
    options = {"synchronize_session": False}
    untold = hers & (PartnerTransfer.state == "asked") & PartnerTransfer.collected_at.is_(None)
    now = clock.now()
    over = update(PartnerTransfer).where(untold).values(state="reversed", decided_at=now, back_on=now.date())
    db.session.execute(over, execution_options=options)
    nobody = {"customer_id": None, "owner_id": None, "account": None, "reason": None}
    db.session.execute(update(PartnerTransfer).where(hers).values(nobody), execution_options=options)
