"""What is set for business units: what they keep to themselves and hide from whom, and whom they may write to.

A unit that keeps its own hides its purchases, remarks, texts, and members that are nobody else's from the people of the
other units. Head office is none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core import audit
from backend.core.db import db
from backend.core.errors import Conflict, NotFound
from backend.core.ids import is_id
from backend.organization import rules
from backend.organization.models import BusinessUnit, Device, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from backend.core.audit import Actor
    from backend.organization.values import Viewer

# Asked at every look at a member.
_KEEPING = select(BusinessUnit.id).where(BusinessUnit.shares == rules.KEEPS_OWN)


def set_policy(unit_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> BusinessUnit:
    """Set what `UnitPolicySchema` read. Raises what the setters below raise."""
    if "shares" in data:
        set_shares(unit_id, data["shares"], acting_staff=acting_staff)
    if "existing_customers" in data:
        set_existing_customers(unit_id, relied_on=data["existing_customers"], acting_staff=acting_staff)
    return _unit(unit_id)


def set_shares(unit_id: str, shares: str, *, acting_staff: Actor) -> BusinessUnit:
    """Have a unit share `all`, or keep its `own`. Raises `NotFound`, and `Conflict` while tablets hold every member."""
    unit = _unit(unit_id)
    if unit.shares == shares:
        return unit
    if shares == rules.KEEPS_OWN and (count := _hold_everybody(unit.id)):
        detail = (
            f"{count} tablet(s) of other business units hold every member of the house, these too. "
            "Withdraw or enrol them anew with their store's members first."
        )
        raise Conflict(detail)
    detail_ = {"from": unit.shares, "to": shares}
    unit.shares = shares
    audit.record(acting_staff, "business_unit.shares", subject_kind="business_unit", subject_id=unit.id, detail=detail_)
    return unit


def set_existing_customers(unit_id: str, *, relied_on: bool, acting_staff: Actor) -> BusinessUnit:
    """Have a unit write to its customers of the last six months without a consent, or not. Raises `NotFound`.

    Every text is decided anew when it is about to go: what waits follows the switch at once.
    """
    unit = _unit(unit_id)
    if unit.existing_customers != relied_on:
        unit.existing_customers = relied_on
        subject = {"subject_kind": "business_unit", "subject_id": unit.id}
        audit.record(acting_staff, "business_unit.existing_customers", **subject, detail={"relied_on": relied_on})
    return unit


def hidden_from(viewer: Viewer) -> frozenset[str]:
    """The units that keep their own from whoever looks."""
    if viewer.everywhere:
        return frozenset()
    return frozenset(db.session.scalars(_KEEPING)) - {viewer.business_unit_id or ""}


def unshared_stores() -> frozenset[str]:
    """The stores whose purchases stay with their unit: they are no part of what everybody's tablets hold."""
    query = select(Store.id).join(BusinessUnit).where(BusinessUnit.shares == rules.KEEPS_OWN)
    return frozenset(db.session.scalars(query))


def others_keep_their_own(unit_id: str) -> bool:
    """Whether another unit than this one hides anything."""
    others = BusinessUnit.shares == rules.KEEPS_OWN, BusinessUnit.id != unit_id
    return db.session.scalars(select(BusinessUnit.id).where(*others).limit(1)).first() is not None


def at_hidden(store_id: InstrumentedAttribute[Any], units: frozenset[str]) -> ColumnElement[bool]:
    """Whether a column names a store of these units."""
    return store_id.in_(select(Store.id).where(Store.business_unit_id.in_(units)))


def _unit(unit_id: str) -> BusinessUnit:
    unit = db.session.get(BusinessUnit, unit_id) if is_id(unit_id) else None
    if unit is None:
        raise NotFound
    return unit


def _hold_everybody(unit_id: str) -> int:
    query = select(func.count()).select_from(Device).join(Store, Store.id == Device.store_id)
    everybody = (Device.scope == rules.EVERY_STORE, Device.revoked_at.is_(None), Store.business_unit_id != unit_id)
    return db.session.execute(query.where(*everybody)).scalar_one()
