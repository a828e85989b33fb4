"""Writing down what is coming in a customer's life. Each write is one function; the edge's unit of work commits it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import NotFound, ValidationFailed
from backend.core.ids import is_id, new_id
from backend.customers import access
from backend.customers.life.models import Household, LifeEvent, Trip
from backend.customers.models import Customer
from backend.customers.service import hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backend.core.audit import Actor

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SoldTrip:
    """A flight that goods were sold for; `owner_id` as `customers.Owned` has it, `zone` the store's."""

    customer_id: str
    owner_id: str | None
    flight: str
    departs_at: datetime
    zone: str


def life(customer_id: str) -> dict[str, Any]:
    """What is coming: her days, her trips from yesterday on, her household. Raises `NotFound`."""
    customer = access.customer(customer_id)
    days = select(LifeEvent).where(LifeEvent.customer_id == customer.id).order_by(LifeEvent.day, LifeEvent.id)
    coming = select(Trip).where(Trip.customer_id == customer.id, Trip.departs_at >= clock.now() - timedelta(days=1))
    return {
        "events": list(db.session.scalars(days.limit(_SHOWN))),
        "trips": list(db.session.scalars(coming.order_by(Trip.departs_at).limit(_SHOWN))),
        "household": household(customer),
    }


def household(customer: Customer) -> dict[str, Any] | None:
    """Who lives with her, herself included; None when nobody is known to."""
    if customer.household_id is None:
        return None
    members = select(Customer.id, Customer.name).where(Customer.household_id == customer.household_id, access.visible())
    found = db.session.execute(members.order_by(Customer.name, Customer.id)).all()
    kept = db.session.get_one(Household, customer.household_id)
    return {"id": kept.id, "name": kept.name, "members": [{"id": row.id, "name": row.name} for row in found]}


def add_event(customer_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> None:
    """Remember a day. Raises `NotFound`."""
    _add(LifeEvent(**data), customer_id, "life_event.add", acting_staff)


def remove_event(customer_id: str, event_id: str, *, acting_staff: Actor) -> None:
    """Forget a day. Raises `NotFound`."""
    _remove(LifeEvent, customer_id, event_id, action="life_event.remove", acting_staff=acting_staff)


def add_trip(customer_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> None:
    """Note a journey. Raises `NotFound`."""
    _add(Trip(**data), customer_id, "trip.add", acting_staff)


def remove_trip(customer_id: str, trip_id: str, *, acting_staff: Actor) -> None:
    """Forget a journey. Raises `NotFound`."""
    _remove(Trip, customer_id, trip_id, action="trip.remove", acting_staff=acting_staff)


def note_trips(sold: Iterable[SoldTrip]) -> None:
    """Note the flights of sales, each once for a customer however much she bought for it."""
    wanted = {(each.customer_id, each.flight, each.departs_at): each for each in sold}
    if not wanted:
        return
    known = select(Trip.customer_id, Trip.flight, Trip.departs_at).where(
        Trip.customer_id.in_({key[0] for key in wanted}), Trip.departs_at.in_({key[2] for key in wanted})
    )
    there = {tuple(row) for row in db.session.execute(known)}
    for key, each in wanted.items():
        if key not in there:
            trip = Trip(customer_id=each.customer_id, flight=each.flight, departs_at=each.departs_at, zone=each.zone)
            trip.owner_id = each.owner_id
            db.session.add(trip)
    db.session.flush()


def join(customer_id: str, with_id: str, *, name: str | None, acting_staff: Actor) -> None:
    """Have her live with somebody, in that one's household if there is one. Raises `NotFound`, `ValidationFailed`."""
    hold([customer_id, with_id])
    customer, other = access.customer(customer_id), access.customer(with_id)
    if customer.id == other.id:
        raise ValidationFailed({"with": ["This is the customer herself."]})
    if other.household_id is None:
        made = Household(id=new_id())
        db.session.add(made)
        db.session.flush()
        other.household_id = made.id
        _audit(other.id, "household.join", acting_staff)
    if customer.household_id not in {None, other.household_id}:
        leave(customer.id, acting_staff=acting_staff)
    customer.household_id = other.household_id
    if name is not None:
        db.session.get_one(Household, other.household_id).name = name
    db.session.flush()
    _audit(customer.id, "household.join", acting_staff)


def leave(customer_id: str, *, acting_staff: Actor) -> None:
    """Have her live with nobody whom we know. Raises `NotFound`."""
    customer = access.customer(customer_id)
    hold([customer.id])
    if customer.household_id is None:
        raise NotFound
    forget_household(customer.id)
    customer.household_id = None
    db.session.flush()
    _audit(customer.id, "household.leave", acting_staff)


def forget_household(customer_id: str) -> None:
    """Take the name from the household that she leaves, which may be hers; whom she leaves alone is in none.

    The row itself stays: somebody who was merged, and may be parted again, may belong to it.
    """
    household_id = db.session.scalar(select(Customer.household_id).where(Customer.id == customer_id))
    if household_id is None:
        return
    db.session.get_one(Household, household_id).name = None
    count = select(func.count()).select_from(Customer).where(Customer.household_id == household_id)
    if db.session.scalar(count) == 2:  # noqa: PLR2004 - one alone is no household
        for each in db.session.scalars(select(Customer).where(Customer.household_id == household_id)):
            each.household_id = None
    db.session.flush()


def _add(row: LifeEvent | Trip, customer_id: str, action: str, acting_staff: Actor) -> None:
    now = access.customer(customer_id).id
    row.customer_id, row.owner_id = now, customer_id if customer_id != now else None
    db.session.add(row)
    db.session.flush()
    _audit(now, action, acting_staff)


def _remove(model: type[LifeEvent | Trip], customer_id: str, row_id: str, *, action: str, acting_staff: Actor) -> None:
    now = access.customer(customer_id).id
    found = db.session.get(model, row_id) if is_id(row_id) else None
    if not isinstance(found, LifeEvent | Trip) or found.customer_id != now:
        raise NotFound
    db.session.delete(found)
    db.session.flush()
    _audit(now, action, acting_staff)


def _audit(customer_id: str, action: str, acting_staff: Actor) -> None:
    audit.record(acting_staff, action, subject_kind="customer", subject_id=customer_id)
