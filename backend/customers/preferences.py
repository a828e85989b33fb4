"""What a customer likes, dislikes, wears, must not have, and wants done. The edge's unit of work commits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from backend.core import audit
from backend.core.db import db
from backend.core.ids import new_id
from backend.customers import access, consents
from backend.customers.models import MergedCustomer, Preference
from backend.customers.service import COLLECTION, hold
from backend.customers.survivors import merged_into
from backend.sync import mark_changed

if TYPE_CHECKING:
    from backend.core.audit import Actor
    from backend.customers.consents import ConsentWithdrawn
    from backend.customers.models import Customer

ALLERGY = "allergy"


def set_preference(
    customer_id: str, kind: str, value: str, *, acting_staff: Actor, remove: bool = False, row_id: str | None = None
) -> Customer:
    """Add a preference or take it away; one that is there already, or gone already, is as it should be.

    Raises `NotFound`, and `ConsentNeeded` for an allergy without a standing consent to sensitive data.
    """
    customer = access.customer(customer_id)
    hold([customer.id])
    if kind == ALLERGY and not remove:
        consents.require(customer.id, consents.HEALTH)
    query = select(Preference).where(
        Preference.customer_id == customer.id, Preference.kind == kind, Preference.value == value
    )
    found = db.session.scalars(query).one_or_none()
    if remove and found is not None:
        db.session.delete(found)
    elif not remove and found is None:
        row = Preference(id=row_id or new_id(), customer_id=customer.id, kind=kind, value=value)
        row.owner_id = customer_id if customer_id != customer.id else None
        db.session.add(row)
    db.session.flush()
    # What was said stays out of the audit: it may be about her health.
    detail = {"kind": kind, "removed": remove}
    audit.record(acting_staff, "preference.set", subject_kind="customer", subject_id=customer.id, detail=detail)
    db.session.expire(customer, ["preferences"])
    return customer


def forget_health(event: ConsentWithdrawn) -> None:
    """Delete what is kept of her health once she no longer agrees, with what is kept of those merged into her."""
    if event.purpose != consents.HEALTH:
        return
    mark_changed(COLLECTION, [event.customer_id])
    db.session.execute(
        delete(Preference).where(Preference.customer_id == event.customer_id, Preference.kind == ALLERGY),
        execution_options={"synchronize_session": "fetch"},
    )
    ids = merged_into(event.customer_id)
    for entry in db.session.scalars(select(MergedCustomer).where(MergedCustomer.id.in_(ids))) if ids else ():
        kept = [each for each in entry.kept["preferences"] if each["kind"] != ALLERGY]
        entry.kept = entry.kept | {"preferences": kept}
    db.session.flush()
