"""What follows for the facts of members from what sales tell, in the same unit of work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from backend.core.db import db, parts
from backend.insight.facts import derived, increments, rebuilding
from backend.insight.facts.models import MemberFacts
from backend.sales import PurchasesChanged, Sale

if TYPE_CHECKING:
    from backend.core.events import DatabasePrepared, DatabaseRestored
    from backend.customers import CustomersMerged
    from backend.sales import SalesTaken

_AT_ONCE = 500
_MISSING = select(exists().where(Sale.customer_id.is_not(None)) & ~exists().where(MemberFacts.sales > 0))


def taken(event: SalesTaken) -> None:
    """Add the sales."""
    increments.add(each for each in event.purchases if each.store_id not in event.unshared)


def changed(event: PurchasesChanged) -> None:
    """Work the facts out anew."""
    if event.customer_ids is None:
        for first, last in rebuilding.ranges():
            rebuilding.rebuild_between(first, last)
        return
    for some in parts(event.customer_ids, _AT_ONCE):
        derived.work_out(some)


def prepared(_event: DatabasePrepared | DatabaseRestored) -> None:
    """Work out everybody's facts where there are none: after the upgrade that made room for them, or a restore."""
    if db.session.scalar(_MISSING):
        changed(PurchasesChanged(None))


def merged(event: CustomersMerged) -> None:
    """What she bought is the other one's now, whose facts sales have had worked out."""
    db.session.execute(delete(MemberFacts).where(MemberFacts.customer_id == event.merged_id))
