"""The keys with which partners sign. A secret is shown once and stands nowhere.

It follows from the row's id under a data key of the settings, so that whoever reads the database signs nothing, and it
never travels: requests carry an HMAC of time, address and body. What is kept is its hash, which says whether the data
key is still the one that it was made with.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from backend.core import audit, clock
from backend.core.crypto import KeyRing, read_keys
from backend.core.db import db
from backend.core.errors import NotFound, NotSignedIn
from backend.core.ids import is_id, new_id
from backend.loyalty.partners import access
from backend.loyalty.partners.models import Partner, PartnerKey
from backend.loyalty.partners.rules import REPLAY_SECONDS, is_timely, signature
from backend.settings import current_settings

if TYPE_CHECKING:
    from backend.core.audit import Actor

_PREFIX = "dgp_"
_USED_AGAIN = timedelta(minutes=5)


class NotSigned(NotSignedIn):
    """This is signed with no key of the partner that works."""

    code = "not_signed"


class NotTimely(NotSignedIn):
    """The time of the request is too far from the server's, so that it may be somebody's copy. Sign it anew."""

    code = "not_timely"


@dataclass(frozen=True)
class Signed:
    """A request as it came in."""

    key_id: str
    timestamp: str
    signature: str
    method: str
    path: str
    body: bytes


def issue(code: str, *, acting_staff: Actor) -> tuple[PartnerKey, str]:
    """A further key of a partner, and its secret, which is never shown again. Raises `NotFound`."""
    partner = access.partner(code)
    key_id, ring = new_id(), _ring(current_settings().data_keys)
    secret = _secret(ring, ring.current.id, key_id)
    made = PartnerKey(id=key_id, partner_id=partner.id, data_key_id=ring.current.id, secret_hash=_hash(secret))
    made.created_by = acting_staff.staff_id
    db.session.add(made)
    db.session.flush()
    _audit(partner, "partner.key", acting_staff, key_id)
    return made, secret


def withdraw(code: str, key_id: str, *, acting_staff: Actor) -> PartnerKey:
    """Let a key sign nothing any more; a second time changes nothing. Raises `NotFound`."""
    partner = access.partner(code)
    found = db.session.get(PartnerKey, key_id) if is_id(key_id) else None
    if found is None or found.partner_id != partner.id:
        raise NotFound
    if found.withdrawn_at is None:
        found.withdrawn_at = clock.now()
        _audit(partner, "partner.key_withdrawn", acting_staff, key_id)
    return found


def works(key: PartnerKey) -> bool:
    """Whether the key can sign: not withdrawn, and its data key is still among those of the settings."""
    return key.withdrawn_at is None and _secret_of(key) is not None


def signer(code: str, request: Signed) -> tuple[Partner, str]:
    """The partner whose key signed the request, and the key's id. Raises `NotTimely` and `NotSigned`.

    An unknown partner, an unknown key and a wrong signature look alike.
    """
    if not is_timely(request.timestamp, clock.now()):
        raise NotTimely(seconds=REPLAY_SECONDS)
    key = db.session.get(PartnerKey, request.key_id) if is_id(request.key_id) else None
    secret = _secret_of(key) if key is not None and key.withdrawn_at is None else None
    if key is None or secret is None:
        raise NotSigned
    wanted = signature(secret, timestamp=request.timestamp, method=request.method, path=request.path, body=request.body)
    if not hmac.compare_digest(wanted.encode(), request.signature.lower().encode()):
        raise NotSigned
    partner = db.session.get_one(Partner, key.partner_id)
    if partner.code != code:
        raise NotSigned
    return partner, key.id


def note_use(key_id: str) -> None:
    """Keep when the key was last used, to some minutes."""
    key, now = db.session.get_one(PartnerKey, key_id), clock.now()
    if key.last_used_at is None or now - key.last_used_at > _USED_AGAIN:
        key.last_used_at = now


def _secret_of(key: PartnerKey) -> str | None:
    """Its secret; None when the settings hold the data key no more."""
    secret = _secret(_ring(current_settings().data_keys), key.data_key_id, key.id)
    return secret if hmac.compare_digest(_hash(secret), key.secret_hash) else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _secret(ring: KeyRing, data_key_id: str, key_id: str) -> str:
    data_key = next((each for each in ring.keys if each.id == data_key_id), None)
    return "" if data_key is None else _PREFIX + data_key.index(f"partner key\0{key_id}")


@lru_cache(maxsize=8)
def _ring(setting: str) -> KeyRing:
    return read_keys(setting)


def _audit(partner: Partner, action: str, acting_staff: Actor, key_id: str) -> None:
    detail = {"partner": partner.code, "key": key_id}
    audit.record(acting_staff, action, subject_kind="partner", subject_id=partner.id, detail=detail)
