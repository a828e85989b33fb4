"""Writing the register: entries are added and ended, never changed. Each of it is audited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

import phonenumbers
from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, ValidationFailed
from backend.organization import BusinessUnit
from sms.routing import access, rules
from sms.routing.models import Certificate, SenderNumber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from backend.core.audit import Actor
    from sms.config import Providers

T = TypeVar("T", SenderNumber, Certificate)

_SERVICE: Final = re.compile(r"MG[0-9a-f]{32}")
_SERVICED: Final = frozenset({"twilio", "simulator"})
_KINDS: Final[dict[type[Any], str]] = {SenderNumber: "sms.sender_number", Certificate: "sms.certificate"}


def add_number(data: Mapping[str, Any], *, providers: Providers, acting_staff: Actor) -> SenderNumber:
    """Add what `SenderNumberData` read. Raises `ValidationFailed` by field, `Conflict` when it is entered already."""
    values = dict(data)
    unit_id = _unit_id(values.pop("business_unit"))
    _refuse_provider(values["provider"], providers)
    values["number"] = _number(values["number"], values["provider"])
    _refuse_days(values)
    replaced = _end_replaced(SenderNumber, values.pop("replaces"), acting_staff)
    known = select(SenderNumber.id).where(
        SenderNumber.ended_at.is_(None),
        SenderNumber.business_unit_id == unit_id,
        SenderNumber.provider == values["provider"],
        SenderNumber.number == values["number"],
    )
    if db.session.scalar(known.limit(1)) is not None:
        detail = "This number is entered already for this business unit and provider."
        raise Conflict(detail)
    made = SenderNumber(**values, business_unit_id=unit_id, replaces_id=replaced, created_by=acting_staff.staff_id)
    return _kept(made, acting_staff, {"business_unit_id": unit_id, "number": made.number})


def add_certificate(data: Mapping[str, Any], *, providers: Providers, acting_staff: Actor) -> Certificate:
    """Add what `CertificateData` read. Raises as `add_number`."""
    values = dict(data)
    _refuse_provider(values["provider"], providers)
    _refuse_days(values)
    replaced = _end_replaced(Certificate, values.pop("replaces"), acting_staff)
    known = select(Certificate.id).where(
        Certificate.ended_at.is_(None),
        Certificate.provider == values["provider"],
        Certificate.number == values["number"],
    )
    if db.session.scalar(known.limit(1)) is not None:
        detail = "This certificate is entered already for this provider."
        raise Conflict(detail)
    made = Certificate(**values, replaces_id=replaced, created_by=acting_staff.staff_id)
    return _kept(made, acting_staff, {"holder": made.holder, "number": made.number})


def end(entry: T, *, acting_staff: Actor) -> T:
    """End an entry: it counts no longer, and stays in the history. Raises `Conflict` when it has ended already."""
    if entry.ended_at is not None:
        detail = "This entry has been ended already."
        raise Conflict(detail)
    entry.ended_at = clock.now()
    entry.ended_by = acting_staff.staff_id
    kind = _KINDS[type(entry)]
    about = {"provider": entry.provider, "number": entry.number}
    audit.record(acting_staff, f"{kind}.end", subject_kind=kind, subject_id=entry.id, detail=about)
    db.session.flush()
    return entry


def _kept(made: T, actor: Actor, about: dict[str, Any]) -> T:
    db.session.add(made)
    db.session.flush()
    kind = _KINDS[type(made)]
    last: date | None = made.valid_until
    until = last.isoformat() if last else None
    detail = {"provider": made.provider, "valid_until": until, "replaces": made.replaces_id, **about}
    audit.record(actor, f"{kind}.add", subject_kind=kind, subject_id=made.id, detail=detail)
    return made


def _end_replaced(kind: type[Any], entry_id: str | None, actor: Actor) -> str | None:
    if entry_id is not None:
        end(access.entry(kind, entry_id), acting_staff=actor)
    return entry_id


def _unit_id(code: str) -> str:
    unit_id = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == code))
    if unit_id is None:
        raise ValidationFailed({"business_unit": ["There is no business unit with this code."]})
    return unit_id


def _refuse_provider(name: str, providers: Providers) -> None:
    if name not in {*providers.names, *providers.relays}:
        raise ValidationFailed({"provider": ["The settings name no such provider."]})


def _number(text: str, provider: str) -> str:
    """Return the number in E.164, or a Twilio Messaging Service as it is."""
    if provider in _SERVICED and _SERVICE.fullmatch(text):
        return text
    try:
        parsed = phonenumbers.parse(text, rules.HOME)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise ValidationFailed({"number": ["This is no phone number."]})
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _refuse_days(values: Mapping[str, Any]) -> None:
    ends, begins = values["valid_until"], values.get("registered_on")
    if ends is not None and ends < access.today():
        raise ValidationFailed({"valid_until": ["This day has passed already."]})
    if ends is not None and begins is not None and ends < begins:
        raise ValidationFailed({"valid_until": ["This is before the day of registration."]})
