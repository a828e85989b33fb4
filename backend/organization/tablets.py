"""Enrolling, finding and withdrawing tablets. Every write happens in the caller's unit of work."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select, update

from backend.core import audit, clock
from backend.core.db import db, table_of
from backend.core.errors import NotFound, ValidationFailed
from backend.core.ids import is_id
from backend.core.types import UtcDateTime
from backend.organization import policies, rules, service
from backend.organization.errors import EnrolmentCodeUnusable
from backend.organization.models import Device, EnrolmentCode, Staff, StaffRole, Store
from backend.organization.values import Enrolled, FreshCode, Person, ScopeKind, ScopeWish, Tablet
from backend.sync.contract import Door

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select

    from backend.core.audit import Actor

CODE_LIFETIME = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=1)
_LABEL_LIMIT = 80
_device, _store, _staff = table_of(Device), table_of(Store), table_of(Staff)
_home = _store.alias("home")
# Asked at every call of a tablet.
_TABLET = (
    select(
        _device.c.id,
        _device.c.store_id,
        _store.c.code,
        _store.c.business_unit_id,
        _device.c.scope,
        _device.c.staff_id,
        _staff.c.login,
        _device.c.last_seen_at,
        _device.c.revoked_at,
        _device.c.revoked_hard,
        _staff.c.role,
        _staff.c.name,
        _staff.c.store_id.label("home_id"),
        _home.c.business_unit_id.label("home_unit_id"),
        _staff.c.active,
    )
    .join(_store, _store.c.id == _device.c.store_id)
    .join(_staff, _staff.c.id == _device.c.staff_id)
    .outerjoin(_home, _home.c.id == _staff.c.store_id)
    .where(_device.c.token_hash == bindparam("token"))
)
_REASON_LIMIT = 400


def make_code(store_code: str, login: str, *, wish: ScopeWish, acting_staff: Actor) -> FreshCode:
    """Make a one-time code, good for 15 minutes, that turns a browser into a tablet of a store and a person.

    Raises `ValidationFailed` by field.
    """
    store, staff, scope = _enrolment(store_code, login, wish, acting_staff)
    code = "".join(secrets.choice(rules.CODE_ALPHABET) for _ in range(rules.CODE_LENGTH))
    entry = EnrolmentCode(
        code_hash=rules.secret_hash(code),
        store_id=store.id,
        staff_id=staff.id,
        scope=scope,
        scope_reason=wish.reason,
        created_by=acting_staff.staff_id,
        expires_at=clock.now() + CODE_LIFETIME,
    )
    db.session.add(entry)
    db.session.flush()
    detail = {"store": store.code, "staff": staff.login, "scope": scope, "reason": wish.reason}
    audit.record(acting_staff, "tablet.code", subject_kind="enrolment_code", subject_id=entry.id, detail=detail)
    return FreshCode(code=rules.shown_code(code), expires_at=entry.expires_at)


def enrol_with_code(code: str, *, label: str | None = None) -> Enrolled:
    """Use a code up and enrol the tablet that it stands for. Raises `EnrolmentCodeUnusable`, `ValidationFailed`."""
    hashed, now = rules.secret_hash(rules.normal_code(code)), clock.now()
    used = db.session.execute(
        # One statement decides, so that of two browsers with the same code one gets the tablet.
        update(EnrolmentCode)
        .where(EnrolmentCode.code_hash == hashed, EnrolmentCode.used_at.is_(None), EnrolmentCode.expires_at > now)
        .values(used_at=now)
        .returning(EnrolmentCode.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if used is None:
        raise EnrolmentCodeUnusable
    entry = db.session.scalars(select(EnrolmentCode).where(EnrolmentCode.id == used)).one()
    if not entry.staff.active:
        raise EnrolmentCodeUnusable
    return _enrol(
        entry.store,
        entry.staff,
        scope=entry.scope,
        reason=entry.scope_reason,
        label=label,
        acting_staff=audit.Actor(staff_id=entry.created_by),
    )


def enrol(store_code: str, login: str, *, wish: ScopeWish, acting_staff: Actor, label: str | None = None) -> Enrolled:
    """Enrol a tablet without a code: for the command line and the demo. Raises `ValidationFailed` by field."""
    store, staff, scope = _enrolment(store_code, login, wish, acting_staff)
    return _enrol(store, staff, scope=scope, reason=wish.reason, label=label, acting_staff=acting_staff)


def enrol_in_demo(login: str, *, acting_staff: Actor) -> Enrolled:
    """Enrol a tablet of a person's own store; one of head office gets the first store's. Raises `ValidationFailed`."""
    staff = service.staff_member(login)
    home = staff.store if staff is not None and staff.store is not None else next(iter(service.stores()), None)
    if home is None:
        raise ValidationFailed({"store": ["There is no store yet."]})
    return enrol(home.code, login, wish=ScopeWish(), acting_staff=acting_staff)


def find(token: str) -> Tablet | None:
    """The tablet with this token, revoked or not: one query by the unique index on `device.token_hash`."""
    row = db.session.execute(_TABLET, {"token": rules.secret_hash(token)}).one_or_none()
    if row is None:
        return None
    *tablet, name, home_id, home_unit_id, active = row
    staff_id, login, role = row.staff_id, row.login, row.role
    person = Person(staff_id, login, name, role, home_id, home_unit_id) if active else None
    values: tuple[Any, ...] = (*tablet, person)
    return Tablet(*values)


# Asked by a pull that expects nothing new; `note_seen` is not due then.
_READING = select(_device.c.id, _device.c.scope).where(
    _device.c.token_hash == bindparam("token"),
    _device.c.revoked_at.is_(None),
    _device.c.last_seen_at > bindparam("since", type_=UtcDateTime()),
)


def door() -> Door:
    """The short way in of a tablet with a bearer token that was seen within the minute and is not withdrawn."""
    return Door(_READING, lambda token: {"token": rules.secret_hash(token), "since": clock.now() - _SEEN_EVERY})


def seen_long_ago(tablet: Tablet) -> bool:
    """Whether it is time to note again that this tablet called: once a minute is enough."""
    return tablet.last_seen_at is None or clock.now() - tablet.last_seen_at >= _SEEN_EVERY


def note_seen(device_id: str) -> None:
    """Write that a tablet called, unless another request of this minute did."""
    now = clock.now()
    db.session.execute(
        update(Device)
        .where(Device.id == device_id, or_(Device.last_seen_at.is_(None), Device.last_seen_at <= now - _SEEN_EVERY))
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )


def revoke(
    device_id: str,
    *,
    hard: bool = False,
    reason: str | None = None,
    at_store: str | None = None,
    acting_staff: Actor,
) -> Device:
    """Withdraw a tablet: its next call is told to wipe. `hard`: what waits on it is not taken either.

    A tablet withdrawn before may be withdrawn hard; otherwise doing it again changes nothing. Raises `NotFound`, also
    for a tablet of another store than `at_store` (an id).
    """
    if reason and len(reason) > _REASON_LIMIT:
        raise ValidationFailed({"reason": [f"Use at most {_REASON_LIMIT} characters."]})
    device = db.session.get(Device, device_id) if is_id(device_id) else None
    if device is None or (at_store is not None and device.store_id != at_store):
        raise NotFound
    if device.revoked_at is not None and (device.revoked_hard or not hard):
        return device
    device.revoked_at = device.revoked_at or clock.now()
    device.revoked_hard, device.revoked_reason = hard, reason or device.revoked_reason
    detail = {"hard": hard, "reason": reason}
    audit.record(acting_staff, "tablet.revoke", subject_kind="device", subject_id=device.id, detail=detail)
    return device


def tablets() -> list[Device]:
    """Every tablet, the one enrolled last first."""
    return list(db.session.scalars(of_store(None).order_by(Device.id.desc())))


def of_store(store_id: str | None) -> Select[Device]:
    """The tablets of a store (an id), of all stores when None."""
    query = select(Device)
    return query if store_id is None else query.where(Device.store_id == store_id)


def not_withdrawn(device_ids: Collection[str]) -> set[str]:
    """Those of the tablets that were not withdrawn."""
    query = select(Device.id).where(Device.id.in_(device_ids), Device.revoked_at.is_(None))
    return set(db.session.scalars(query))


def _enrolment(store_code: str, login: str, wish: ScopeWish, acting_staff: Actor) -> tuple[Store, Staff, str]:
    store, staff = service.store(store_code), service.staff_member(login)
    problems = _scope_problems(wish, acting_staff)
    if store is None:
        problems["store"] = ["There is no store with this code."]
    if staff is None or not staff.active:
        problems["staff"] = ["There is no active staff member with this login."]
    elif staff.role == StaffRole.MARKETER:
        problems["staff"] = ["A tablet holds phone numbers, which marketers do not see; they work at a desk."]
    if problems or store is None or staff is None:
        raise ValidationFailed(problems)
    scopes = {
        ScopeKind.STORE: f"store:{store.id}",
        ScopeKind.BUSINESS_UNIT: f"business_unit:{store.business_unit_id}",
        ScopeKind.ALL: rules.EVERY_STORE,
    }
    return store, staff, scopes[ScopeKind(wish.kind)]


def _scope_problems(wish: ScopeWish, acting_staff: Actor) -> dict[str, list[str]]:
    if wish.kind not in set(ScopeKind):
        return {"scope": [f"Give one of {', '.join(ScopeKind)}."]}
    if wish.reason and len(wish.reason) > _REASON_LIMIT:
        return {"reason": [f"Use at most {_REASON_LIMIT} characters."]}
    if wish.kind == ScopeKind.STORE:
        return {}
    if not (wish.reason or "").strip():
        return {"reason": ["A tablet that holds more than its store's customers needs a reason."]}
    # Nobody is signed in on the command line: who runs it has the whole database in hand.
    person = db.session.get(Staff, acting_staff.staff_id) if acting_staff.staff_id else None
    if person is not None and person.role != StaffRole.ADMIN:
        return {"scope": ["Only an admin may give a tablet more than its store's customers."]}
    return {}


def _enrol(
    store: Store, staff: Staff, *, scope: str, reason: str | None, label: str | None, acting_staff: Actor
) -> Enrolled:
    if label and len(label) > _LABEL_LIMIT:
        raise ValidationFailed({"label": [f"Use at most {_LABEL_LIMIT} characters."]})
    if scope == rules.EVERY_STORE and policies.others_keep_their_own(store.business_unit_id):
        raise ValidationFailed({"scope": ["Another business unit keeps its members to itself; choose fewer."]})
    token = secrets.token_urlsafe(32)
    device = Device(
        store_id=store.id,
        staff_id=staff.id,
        label=label,
        token_hash=rules.secret_hash(token),
        scope=scope,
        scope_reason=reason,
    )
    db.session.add(device)
    db.session.flush()
    detail = {"store": store.code, "staff": staff.login, "scope": scope, "reason": reason}
    audit.record(acting_staff, "tablet.enrol", subject_kind="device", subject_id=device.id, detail=detail)
    return Enrolled(device_id=device.id, token=token, store=store.code, scope=scope)
