"""Suspending the use of a member's data: nothing is said to her, nothing worked out; purchases are still recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core import audit, clock, events
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.customers import access
from backend.customers.models import Customer
from backend.customers.service import hold

if TYPE_CHECKING:
    from collections.abc import Collection

    from backend.core.audit import Actor

_customer = table_of(Customer).c
_SUSPENDED = select(_customer.id).where(one_of(_customer.id, "ids"), _customer.suspended_at.is_not(None))


@dataclass(frozen=True)
class CustomerSuspended:
    """A customer's data may not be made use of from here on: what was worked out from it goes at once."""

    customer_id: str


def suspend(customer_id: str, reason: str, *, acting_staff: Actor) -> Customer:
    """Suspend the processing; a further time only the reason changes. Raises `NotFound`."""
    customer = access.customer(customer_id)
    hold([customer.id])
    customer.suspended_at = customer.suspended_at or clock.now()
    customer.suspended_reason = reason
    subject = {"subject_kind": "customer", "subject_id": customer.id}
    audit.record(acting_staff, "customer.suspend", **subject, detail={"reason": reason})
    events.publish(CustomerSuspended(customer.id))
    return customer


def resume(customer_id: str, *, acting_staff: Actor) -> Customer:
    """Lift the suspension; without one nothing changes. Raises `NotFound`."""
    customer = access.customer(customer_id)
    hold([customer.id])
    if customer.suspended_at is not None:
        customer.suspended_at = customer.suspended_reason = None
        audit.record(acting_staff, "customer.resume", subject_kind="customer", subject_id=customer.id)
    return customer


def suspended(customer_ids: Collection[str]) -> set[str]:
    """Those of the customers whose processing is suspended."""
    return set(db.session.execute(_SUSPENDED, {"ids": sorted(customer_ids)}).scalars()) if customer_ids else set()
