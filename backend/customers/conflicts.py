"""The conflict inbox: fields that two people changed, the server's value stood, and a manager chooses.

A manager sees the conflicts of the customers of the own store, and of those without a store those that the store's
people made; an admin sees all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, func, or_, select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import access, service
from backend.customers.models import Customer
from backend.organization import Staff
from backend.sync.models import EditConflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from backend.core.audit import Actor

Choice = Literal["yours", "server"]


def conflicts(*, settled: bool, at_store: str | None) -> Select[EditConflict]:
    """The conflicts of a store (an id; None: of all). Reads ix_edit_conflict_settled_at and customers by their key."""
    state = EditConflict.settled_at.is_not(None) if settled else EditConflict.settled_at.is_(None)
    query = (
        select(EditConflict)
        .join(Customer, Customer.id == EditConflict.row_id)
        .where(EditConflict.collection == service.COLLECTION, state, access.visible())
    )
    if at_store is None:
        return query
    made_there = EditConflict.staff_id.in_(select(Staff.id).where(Staff.store_id == at_store))
    return query.where(
        or_(Customer.home_store_id == at_store, and_(Customer.home_store_id.is_(None), made_there)),
    )


def open_conflicts(*, at_store: str | None) -> int:
    """How many wait to be settled."""
    waiting = conflicts(settled=False, at_store=at_store).subquery()
    return db.session.execute(select(func.count()).select_from(waiting)).scalar_one()


def described(found: Sequence[EditConflict]) -> list[dict[str, Any]]:
    """What the inbox shows of each: both values and the present one, whose customer it is, who edited, who chose."""
    customers = {
        row.id: row for row in db.session.scalars(select(Customer).where(Customer.id.in_({c.row_id for c in found})))
    }
    people = {c.staff_id for c in found} | {c.settled_by for c in found}
    staff = {row.id: row for row in db.session.scalars(select(Staff).where(Staff.id.in_(people - {None})))}
    return [_described(conflict, customers[conflict.row_id], staff) for conflict in found]


def settle(conflict_id: str, choice: Choice, *, at_store: str | None, acting_staff: Actor) -> EditConflict:
    """Have the field hold what was chosen, as an edit would. May be chosen again. Raises `NotFound`.

    `yours` writes the edit's value. `server` leaves what the server holds by now, or takes back an earlier `yours`.
    """
    conflict = _find(conflict_id, at_store=at_store)
    customer = access.customer(conflict.row_id)
    service.hold([customer.id])
    current = service.current_value(customer, conflict.field)
    wanted = conflict.yours
    if choice == "server":
        wanted = conflict.server if conflict.choice == "yours" and current == conflict.yours else current
    service.edit(customer, {conflict.field: (current, wanted)}, acting_staff=acting_staff)
    db.session.flush()
    db.session.expire(customer, ["home_store"])
    conflict.choice, conflict.settled_at, conflict.settled_by = choice, clock.now(), acting_staff.staff_id
    detail = {"conflict": conflict.id, "field": conflict.field, "choice": choice}
    audit.record(acting_staff, "conflict.settle", subject_kind="customer", subject_id=customer.id, detail=detail)
    return conflict


def _find(conflict_id: str, *, at_store: str | None) -> EditConflict:
    if is_id(conflict_id):
        for settled in (False, True):
            query = conflicts(settled=settled, at_store=at_store).where(EditConflict.id == conflict_id)
            found = db.session.scalars(query.with_for_update(of=EditConflict)).one_or_none()
            if found is not None:
                return found
    raise NotFound


def _described(conflict: EditConflict, customer: Customer, staff: dict[str, Staff]) -> dict[str, Any]:
    who = staff.get(conflict.staff_id or "")
    chooser = staff.get(conflict.settled_by or "")
    return {
        "id": conflict.id,
        "collection": conflict.collection,
        "row_id": conflict.row_id,
        "customer": {"id": customer.id, "name": customer.name},
        "field": conflict.field,
        "base": conflict.base,
        "yours": conflict.yours,
        "server": conflict.server,
        "current": service.current_value(customer, conflict.field),
        "staff": {"login": who.login, "name": who.name} if who else None,
        "edited_at": conflict.edited_at,
        "created_at": conflict.created_at,
        "settled_at": conflict.settled_at,
        "settled_by": {"login": chooser.login, "name": chooser.name} if chooser else None,
        "choice": conflict.choice,
    }
