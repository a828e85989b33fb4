"""What the organisation gives the sync engine: the collection `stores`, and who may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from backend.core.db import db, table_of
from backend.organization import access, rules, service, tablets
from backend.organization.models import BusinessUnit, Staff, Store
from backend.sync import registry
from backend.sync.contract import Caller, Collection, StaffMember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session


def load_stores(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The stores with these ids as tablets hold them, ordered by id."""
    rows = session.execute(
        select(
            Store.id,
            Store.code,
            Store.name,
            Store.name_latin,
            BusinessUnit.code,
            Store.time_zone,
            Store.currency,
            Store.phone,
        )
        .join(BusinessUnit, BusinessUnit.id == Store.business_unit_id)
        .where(Store.id.in_(ids))
        .order_by(Store.id)
    )
    return [tuple(row) for row in rows]


STORES = Collection(
    name="stores",
    fields=("id", "code", "name", "name_latin", "business_unit", "time_zone", "currency", "phone"),
    load=load_stores,
    personal=False,
)


_staff = table_of(Staff)
_ACTING = select(_staff.c.id, _staff.c.login, _staff.c.role, _staff.c.store_id, _staff.c.active).where(
    _staff.c.login == bindparam("login")
)


class Staffing:
    """`StaffingPort`, answered from the organisation's tables."""

    def caller(self, *, reading: bool, withdrawn_too: bool = False) -> Caller:
        """The tablet behind the current request. Raises `NotSignedIn` and its kin."""
        found = access.require_device(reading=reading, withdrawn_too=withdrawn_too)
        tablet = found.device
        return Caller(
            device_id=tablet.id,
            store_id=tablet.store_id,
            store_code=tablet.store_code,
            business_unit_id=tablet.business_unit_id,
            scope=tablet.scope,
            staff_id=tablet.staff_id,
            staff_login=tablet.staff_login,
            withdrawn=tablet.revoked_at is not None,
            person_id=found.staff.id if found.staff else None,
            session_ends=access.session_ends() if found.staff else None,
        )

    def gone(self, callers: Sequence[Caller]) -> set[str]:
        """The device ids of those who may no longer read: two look-ups by primary keys, for any number."""
        people = {caller.person_id for caller in callers if caller.person_id}
        welcome = tablets.not_withdrawn({caller.device_id for caller in callers})
        working = service.active_among(people) if people else set()
        return {
            caller.device_id
            for caller in callers
            if caller.device_id not in welcome or (caller.person_id and caller.person_id not in working)
        }

    def staff_member(self, login: str, caller: Caller) -> StaffMember | None:
        """The active staff member with this login, or None."""
        staff = db.session.execute(_ACTING, {"login": rules.normal_login(login)}).one_or_none()
        if staff is None or not staff.active:
            return None
        belongs = rules.belongs(
            staff_store_id=staff.store_id,
            tablet_store_id=caller.store_id,
            enrolled_it=staff.id == caller.staff_id,
        )
        return StaffMember(id=staff.id, login=staff.login, role=staff.role, belongs=belongs)


def init_sync(app: Flask) -> None:
    """Register with the sync engine of `app`."""
    registry.of(app).staffing = Staffing()
    registry.of(app).door = tablets.door()
    registry.register_collection(app, STORES)
    registry.track(app, Store, STORES.name, lambda store: str(store.id))
