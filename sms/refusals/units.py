"""How each business unit is refused: by its 080 number or by links, and the key with which its 080 calls are signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import new_id
from backend.core.signing import NotSigned, Secrets
from backend.organization import BusinessUnit
from sms.refusals import links
from sms.refusals.models import RefusalUnit

if TYPE_CHECKING:
    from backend.core.audit import Actor
    from backend.core.signing import Signed

_SECRETS: Final = Secrets(prefix="dgr_", purpose="refusal key")


def unit(code: str) -> BusinessUnit:
    """The business unit with this code. Raises `NotFound`."""
    found = db.session.scalars(select(BusinessUnit).where(BusinessUnit.code == code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def listed() -> list[dict[str, Any]]:
    """How each unit is refused, by code."""
    query = select(BusinessUnit, RefusalUnit).outerjoin(RefusalUnit, RefusalUnit.unit_id == BusinessUnit.id)
    return [_described(each, own) for each, own in db.session.execute(query.order_by(BusinessUnit.code))]


def described(code: str) -> dict[str, Any]:
    """How one unit is refused. Raises `NotFound`."""
    found = unit(code)
    return _described(found, db.session.get(RefusalUnit, found.id))


def prefer_link(code: str, *, by_link: bool, acting_staff: Actor) -> None:
    """Have texts name the recipient's link, or the 080 number. Raises `NotFound`."""
    found = unit(code)
    own = _own(found)
    if own.by_link != by_link:
        own.by_link = by_link
        _audit("refusals.way", found, {"by_link": by_link}, acting_staff)


def issue_key(code: str, *, acting_staff: Actor) -> str:
    """A new key in the place of the one before: its secret, which is never shown again. Raises `NotFound`."""
    found = unit(code)
    own, key_id = _own(found), new_id()
    secret, own.data_key_id, own.secret_hash = _SECRETS.issue(key_id)
    own.key_id, own.key_made_at = key_id, clock.now()
    _audit("refusals.key", found, {"key": own.key_id}, acting_staff)
    return secret


def check(code: str, request: Signed) -> BusinessUnit:
    """The unit whose key signed the request. Raises `NotTimely` and `NotSigned`; unknown units look alike."""
    request.insist_timely()
    found = db.session.scalars(select(BusinessUnit).where(BusinessUnit.code == code)).one_or_none()
    own = db.session.get(RefusalUnit, found.id) if found else None
    request.insist_signed(_secret_of(own) if own else None)
    if found is None:
        raise NotSigned
    return found


def _described(found: BusinessUnit, own: RefusalUnit | None) -> dict[str, Any]:
    return {
        "unit": found.code,
        "name": found.name,
        "name_latin": found.name_latin,
        "refusal_number": found.refusal_number,
        "by_link": bool(own and own.by_link),
        "way": links.kind_of_way(found),
        "key_made_at": own.key_made_at if own else None,
    }


def _own(found: BusinessUnit) -> RefusalUnit:
    own = db.session.get(RefusalUnit, found.id)
    if own is None:
        own = RefusalUnit(unit_id=found.id, by_link=False)
        db.session.add(own)
    return own


def _secret_of(own: RefusalUnit) -> str | None:
    return _SECRETS.of(own.key_id, own.data_key_id or "", own.secret_hash or "") if own.key_id else None


def _audit(action: str, found: BusinessUnit, detail: dict[str, Any], actor: Actor) -> None:
    audit.record(actor, action, subject_kind="business_unit", subject_id=found.id, detail=detail)
