"""Adding and listing business units, stores and staff. Every write happens in the caller's unit of work."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core import audit
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.organization import passwords, rules
from backend.organization.models import BusinessUnit, Staff, StaffRole, Store

if TYPE_CHECKING:
    from collections.abc import Collection

    from backend.core.audit import Actor
    from backend.organization.values import NewBusinessUnit, NewStaff, NewStore

Problems = dict[str, list[str]]


def add_business_unit(new: NewBusinessUnit, *, acting_staff: Actor) -> BusinessUnit:
    """Add a business unit. Raises `ValidationFailed` by field."""
    problems: Problems = {"code": rules.code_problems(new.code), "name": rules.name_problems(new.name)}
    if business_unit(new.code) is not None:
        problems["code"] = ["There is a business unit with this code."]
    _refuse(problems)
    unit = BusinessUnit(
        code=new.code,
        name=_text(new.name),
        name_latin=new.name_latin,
        sender_name=new.sender_name,
        contact=new.contact,
        refusal_number=new.refusal_number,
    )
    db.session.add(unit)
    db.session.flush()
    audit.record(
        acting_staff, "business_unit.add", subject_kind="business_unit", subject_id=unit.id, detail={"code": unit.code}
    )
    return unit


def add_store(new: NewStore, *, acting_staff: Actor) -> Store:
    """Add a store to a business unit. Raises `ValidationFailed` by field."""
    unit = business_unit(new.business_unit)
    phone = rules.store_phone(new.phone) if new.phone else None
    problems: Problems = {
        "code": rules.code_problems(new.code),
        "name": rules.name_problems(new.name),
        "business_unit": [] if unit else ["There is no business unit with this code."],
        "time_zone": rules.time_zone_problems(new.time_zone),
        "currency": rules.currency_problems(new.currency),
        "phone": ["This is no phone number."] if new.phone and not phone else [],
    }
    if store(new.code) is not None:
        problems["code"] = ["There is a store with this code."]
    _refuse(problems)
    added = Store(
        code=new.code,
        name=_text(new.name),
        name_latin=new.name_latin,
        business_unit=unit,
        time_zone=new.time_zone,
        currency=new.currency,
        phone=phone,
    )
    db.session.add(added)
    db.session.flush()
    audit.record(acting_staff, "store.add", subject_kind="store", subject_id=added.id, detail={"code": added.code})
    return added


def add_staff(new: NewStaff, *, acting_staff: Actor, hashed: str | None = None) -> Staff:
    """Add a staff member. Raises `ValidationFailed` by field.

    `hashed` is the password's hash when the caller made it already: hashing takes a while and needs no lock.
    """
    login = rules.normal_login(new.login)
    home = store(new.store) if new.store else None
    problems: Problems = {
        "login": rules.login_problems(login),
        "name": rules.name_problems(new.name),
        "role": [] if new.role in set(StaffRole) else [f"Give one of {', '.join(StaffRole)}."],
        "password": rules.password_problems(rules.normal_password(new.password), login),
        "store": ["There is no store with this code."] if new.store and home is None else [],
        "language": [] if new.language in rules.LANGUAGES else [f"Give one of {', '.join(rules.LANGUAGES)}."],
    }
    if staff_member(login) is not None:
        problems["login"] = ["Somebody has this login."]
    if new.role in {StaffRole.ASSOCIATE, StaffRole.MANAGER} and not new.store:
        problems["store"] = ["Associates and managers work at a store; give its code."]
    _refuse(problems)
    added = Staff(
        login=login,
        name=_text(new.name),
        role=new.role,
        language=new.language,
        store=home,
        password=hashed or passwords.hash_password(new.password),
    )
    db.session.add(added)
    db.session.flush()
    audit.record(
        acting_staff,
        "staff.add",
        subject_kind="staff",
        subject_id=added.id,
        detail={"login": login, "role": new.role, "store": new.store},
    )
    return added


def business_unit(code: str) -> BusinessUnit | None:
    """The business unit with this code."""
    return db.session.scalars(select(BusinessUnit).where(BusinessUnit.code == code)).one_or_none()


def store(code: str) -> Store | None:
    """The store with this code."""
    return db.session.scalars(select(Store).where(Store.code == code)).one_or_none()


def staff_member(login: str) -> Staff | None:
    """The staff member with this login, whether active or not."""
    return db.session.scalars(select(Staff).where(Staff.login == rules.normal_login(login))).one_or_none()


def active_among(staff_ids: Collection[str]) -> set[str]:
    """Those of the staff (ids) who still work here."""
    return set(db.session.scalars(select(Staff.id).where(Staff.id.in_(staff_ids), Staff.active)))


def business_units() -> list[BusinessUnit]:
    """Every business unit, by code. A company has dozens, not thousands."""
    return list(db.session.scalars(select(BusinessUnit).order_by(BusinessUnit.code)))


def stores() -> list[Store]:
    """Every store, by code."""
    return list(db.session.scalars(select(Store).order_by(Store.code)))


def staff() -> list[Staff]:
    """Every staff member, by login."""
    return list(db.session.scalars(select(Staff).order_by(Staff.login)))


def _refuse(problems: Problems) -> None:
    found = {field: texts for field, texts in problems.items() if texts}
    if found:
        raise ValidationFailed(found)


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
