"""The keys with which partners sign their requests (`core.signing`)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id, new_id
from backend.core.signing import NotSigned, Secrets
from backend.loyalty.partners import access
from backend.loyalty.partners.models import Partner, PartnerKey

if TYPE_CHECKING:
    from backend.core.audit import Actor
    from backend.core.signing import Signed

_SECRETS: Final = Secrets(prefix="dgp_", purpose="partner key")
_USED_AGAIN = timedelta(minutes=5)


def issue(code: str, *, acting_staff: Actor) -> tuple[PartnerKey, str]:
    """A further key of a partner, and its secret, which is never shown again. Raises `NotFound`."""
    partner = access.partner(code)
    key_id = new_id()
    secret, data_key_id, secret_hash = _SECRETS.issue(key_id)
    made = PartnerKey(id=key_id, partner_id=partner.id, data_key_id=data_key_id, secret_hash=secret_hash)
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


def signer(code: str, key_id: str, request: Signed) -> str:
    """The id of the partner's key that signed the request. Raises `NotTimely` and `NotSigned`.

    An unknown partner, an unknown key and a wrong signature look alike.
    """
    request.insist_timely()
    key = db.session.get(PartnerKey, key_id) if is_id(key_id) else None
    request.insist_signed(_secret_of(key) if key is not None and key.withdrawn_at is None else None)
    if key is None or db.session.get_one(Partner, key.partner_id).code != code:
        raise NotSigned
    return key.id


def note_use(key_id: str) -> None:
    """Keep when the key was last used, to some minutes."""
    key, now = db.session.get_one(PartnerKey, key_id), clock.now()
    if key.last_used_at is None or now - key.last_used_at > _USED_AGAIN:
        key.last_used_at = now


def _secret_of(key: PartnerKey) -> str | None:
    return _SECRETS.of(key.id, key.data_key_id, key.secret_hash)


def _audit(partner: Partner, action: str, acting_staff: Actor, key_id: str) -> None:
    detail = {"partner": partner.code, "key": key_id}
    audit.record(acting_staff, action, subject_kind="partner", subject_id=partner.id, detail=detail)
