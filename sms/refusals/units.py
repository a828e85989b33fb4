"""How each business unit is refused: by its 080 number or by links, and the key with which its 080 calls are signed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.crypto import read_keys
from backend.core.db import db
from backend.core.errors import NotFound, NotSignedIn
from backend.core.ids import new_id
from backend.organization import BusinessUnit
from backend.settings import current_settings
from sms.refusals import links
from sms.refusals.models import RefusalUnit

if TYPE_CHECKING:
    from datetime import datetime

    from backend.core.audit import Actor

REPLAY_SECONDS = 300
"""How far the time of a signed call may be from the server's."""

_PREFIX = "dgr_"


class CallNotSigned(NotSignedIn):
    """This is signed with no key of the business unit that works."""

    code = "not_signed"


class CallNotTimely(NotSignedIn):
    """The time of the request is too far from the server's, so that it may be somebody's copy. Sign it anew."""

    code = "not_timely"


@dataclass(frozen=True)
class Signed:
    """A request as it came in."""

    timestamp: str
    signature: str
    path: str
    body: bytes


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
    own, key = _own(found), read_keys(current_settings().data_keys).current
    own.key_id, own.data_key_id, own.key_made_at = new_id(), key.id, clock.now()
    secret = _secret(key.id, own.key_id)
    own.secret_hash = _hash(secret)
    _audit("refusals.key", found, {"key": own.key_id}, acting_staff)
    return secret


def signature(secret: str, *, timestamp: str, path: str, body: bytes) -> str:
    """What is sent in `Dangol-Signature`: HMAC-SHA256 in hex of time, `POST`, address and body under the secret."""
    return hmac.new(secret.encode(), f"{timestamp}\nPOST\n{path}\n".encode() + body, "sha256").hexdigest()


def check(code: str, request: Signed, *, now: datetime) -> BusinessUnit:
    """The unit whose key signed the request. Raises `CallNotTimely` and `CallNotSigned`; unknown units look alike."""
    if not (request.timestamp.isascii() and request.timestamp.isdigit()):
        raise CallNotTimely(seconds=REPLAY_SECONDS)
    if abs(int(request.timestamp[:20]) - now.timestamp()) > REPLAY_SECONDS:
        raise CallNotTimely(seconds=REPLAY_SECONDS)
    found = db.session.scalars(select(BusinessUnit).where(BusinessUnit.code == code)).one_or_none()
    own = db.session.get(RefusalUnit, found.id) if found else None
    secret = _secret(own.data_key_id or "", own.key_id) if own and own.key_id else None
    if found is None or own is None or not secret or _hash(secret) != own.secret_hash:
        raise CallNotSigned
    wanted = signature(secret, timestamp=request.timestamp, path=request.path, body=request.body)
    if not hmac.compare_digest(wanted.encode(), request.signature.lower().encode()):
        raise CallNotSigned
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


def _secret(data_key_id: str, key_id: str) -> str:
    keys = read_keys(current_settings().data_keys).keys
    key = next((each for each in keys if each.id == data_key_id), None)
    return "" if key is None else _PREFIX + key.index(f"refusal key\0{key_id}")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _audit(action: str, found: BusinessUnit, detail: dict[str, Any], actor: Actor) -> None:
    audit.record(actor, action, subject_kind="business_unit", subject_id=found.id, detail=detail)
