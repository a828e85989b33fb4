"""The only door to corrections for a person: a manager sees those of the own business unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import get_customer
from backend.loyalty.corrections.models import PointsCorrection
from backend.organization import StaffRole, hidden_units

if TYPE_CHECKING:
    from backend.organization import Person


def corrections(
    person: Person, *, state: str | None = None, customer_id: str | None = None
) -> Select[PointsCorrection]:
    """Corrections that the person may see, perhaps of one member (by the id that she has now)."""
    query = select(PointsCorrection).options(
        joinedload(PointsCorrection.business_unit),
        joinedload(PointsCorrection.asker),
        joinedload(PointsCorrection.decider),
    )
    if state is not None:
        query = query.where(PointsCorrection.state == state)
    if customer_id is not None:
        query = query.where(PointsCorrection.customer_id == customer_id)
    if person.role != StaffRole.ADMIN:
        query = query.where(PointsCorrection.business_unit_id == person.business_unit_id)
    units = hidden_units()
    return query.where(PointsCorrection.business_unit_id.not_in(units)) if units else query


def correction(correction_id: str, person: Person) -> PointsCorrection:
    """The correction with this id. Raises `NotFound`."""
    query = corrections(person).where(PointsCorrection.id == correction_id)
    found = db.session.scalars(query).one_or_none() if is_id(correction_id) else None
    if found is None:
        raise NotFound
    get_customer(found.customer_id)
    return found
