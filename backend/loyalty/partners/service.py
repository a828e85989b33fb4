"""Who the partners are and at what rates points are exchanged. What is live is audited; rates are only added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.loyalty.partners import access
from backend.loyalty.partners.models import Partner, PartnerRate
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from backend.core.audit import Actor

_UNITLESS = ZoneInfo("UTC")


def add(data: Mapping[str, Any], *, acting_staff: Actor) -> Partner:
    """Add a partner as `PartnerData` read it. Raises `ValidationFailed` for a code, an issuer or a unit amiss."""
    values = dict(data)
    if db.session.scalar(select(Partner.id).where(Partner.code == values["code"])) is not None:
        raise ValidationFailed({"code": ["There is a partner with this code already."]})
    unit_id = _unit_id(values.pop("business_unit"))
    _refuse_issuer(values.get("issuer"), kind=values["kind"])
    made = Partner(**values, business_unit_id=unit_id, state="active")
    db.session.add(made)
    db.session.flush()
    _audit(made, "partner.add", acting_staff, {"kind": made.kind})
    return made


def change(code: str, data: Mapping[str, Any], *, acting_staff: Actor) -> Partner:
    """Set what `PartnerChange` read; what is not named stays. Raises `NotFound`, and as `add`."""
    found = access.partner(code)
    values = dict(data)
    if "business_unit" in values:
        values["business_unit_id"] = _unit_id(values.pop("business_unit"))
    if values.get("issuer", found.issuer) != found.issuer:
        _refuse_issuer(values["issuer"], kind=found.kind)
    before = {name: getattr(found, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    for name, value in changed.items():
        setattr(found, name, value)
    if changed:
        _audit(found, "partner.change", acting_staff, {"from": {each: before[each] for each in changed}, "to": changed})
    db.session.flush()
    db.session.refresh(found)
    return found


def add_rate(code: str, data: Mapping[str, Any], *, acting_staff: Actor) -> PartnerRate:
    """Have another rate count from a day on, which is not over. Raises `NotFound` and `ValidationFailed`."""
    found = access.partner(code)
    if data["starts_on"] < today_at(found.business_unit_id):
        raise ValidationFailed({"starts_on": ["A rate begins today or later: what was exchanged stays as it was."]})
    made = PartnerRate(**data, partner_id=found.id, created_by=acting_staff.staff_id)
    db.session.add(made)
    db.session.flush()
    detail = {name: data[name] for name in ("direction", "theirs", "ours", "price")}
    _audit(found, "partner.rate", acting_staff, detail | {"starts_on": data["starts_on"].isoformat()})
    return made


def today_at(business_unit_id: str) -> date:
    """The day that it is at a business unit, by the clock of its first store."""
    query = select(Store.time_zone).where(Store.business_unit_id == business_unit_id).order_by(Store.id).limit(1)
    zone = db.session.scalar(query)
    return clock.now().astimezone(ZoneInfo(zone) if zone else _UNITLESS).date()


def _unit_id(code: str) -> str:
    unit_id = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == code))
    if unit_id is None:
        raise ValidationFailed({"business_unit": ["There is no business unit with this code."]})
    return unit_id


def _refuse_issuer(issuer: str | None, *, kind: str) -> None:
    if kind != "bank":
        if issuer is not None:
            raise ValidationFailed({"issuer": ["Only a bank gives out cards."]})
        return
    if issuer is None:
        raise ValidationFailed({"issuer": ["Say what its cards name as their issuer."]})
    if db.session.scalar(select(Partner.id).where(Partner.issuer == issuer)) is not None:
        raise ValidationFailed({"issuer": ["Another partner's cards name this issuer."]})


def _audit(found: Partner, action: str, acting_staff: Actor, detail: Mapping[str, Any]) -> None:
    told = {"partner": found.code} | dict(detail)
    audit.record(acting_staff, action, subject_kind="partner", subject_id=found.id, detail=told)
