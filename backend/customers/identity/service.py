"""Keeping, finding, showing and forgetting passports. No number is in an audit row, a log or an error."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core import audit
from backend.core.crypto import KeyRing, read_keys
from backend.core.db import db
from backend.core.errors import NotFound, ValidationFailed
from backend.core.ids import is_id, new_id
from backend.customers import access, consents
from backend.customers.identity.models import IdentityDocument, indexed, place_of
from backend.customers.models import Customer
from backend.customers.service import hold
from backend.settings import current_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backend.core.audit import Actor
    from backend.customers.consents import ConsentWithdrawn

_PASSPORT = "passport"
_AT_MOST = 5


def ring() -> KeyRing:
    """The keys of the running app."""
    return _ring(current_settings().data_keys)


@lru_cache(maxsize=8)
def _ring(setting: str) -> KeyRing:
    return read_keys(setting)


def documents(customer_id: str) -> tuple[str, list[IdentityDocument]]:
    """Whose they are now, and her documents. Raises `NotFound`."""
    now = access.customer(customer_id).id
    query = select(IdentityDocument).where(IdentityDocument.customer_id == now)
    return now, list(db.session.scalars(query.order_by(IdentityDocument.id)))


def add(customer_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> IdentityDocument:
    """Keep a passport. Raises `NotFound`, `ConsentNeeded`, and `ValidationFailed` for one that is kept already."""
    now = access.customer(customer_id).id
    hold([now])
    consents.require(now, consents.IDENTITY)
    _, there = documents(now)
    whole = indexed(data["country"], data["number"])
    if {each.number_index for each in there} & set(ring().indexes(whole)):
        raise ValidationFailed({"number": ["This passport is kept already."]})
    if len(there) >= _AT_MOST:
        raise ValidationFailed({"number": [f"A customer has at most {_AT_MOST} passports."]})
    row_id = new_id()
    number = ring().encrypt(data["number"], place_of(row_id))
    row = IdentityDocument(
        id=row_id,
        customer_id=now,
        kind=_PASSPORT,
        country=data["country"],
        number_cipher=number.text,
        number_index=ring().current.index(whole),
        key_id=number.key_id,
        expires_on=data.get("expires_on"),
    )
    row.owner_id = customer_id if customer_id != now else None
    db.session.add(row)
    db.session.flush()
    _audit(now, "identity.add", acting_staff)
    return row


def remove(customer_id: str, document_id: str, *, acting_staff: Actor) -> None:
    """Forget a passport. Raises `NotFound`."""
    row = _document(customer_id, document_id)
    db.session.delete(row)
    db.session.flush()
    _audit(row.customer_id, "identity.remove", acting_staff)


def reveal(customer_id: str, document_id: str, reason: str, *, acting_staff: Actor) -> dict[str, Any]:
    """A document with its number; who saw it, and why, is written down with it. Raises `NotFound`."""
    row = _document(customer_id, document_id)
    audit.record_access(acting_staff, customer_id=row.customer_id, what="passport")
    _audit(row.customer_id, "identity.reveal", acting_staff, reason=reason)
    shown = {name: getattr(row, name) for name in ("id", "kind", "country", "expires_on", "created_at")}
    return shown | {"number": ring().decrypt(row.number, place_of(row.id))}


def holders(country: str, number: str, *, acting_staff: Actor) -> Sequence[Any]:
    """Whose passport has exactly this number, by the blind index under every key; the look is written down."""
    found = ring().indexes(indexed(country, number))
    query = select(Customer.id, Customer.name).join(IdentityDocument, IdentityDocument.customer_id == Customer.id)
    rows = db.session.execute(query.where(IdentityDocument.number_index.in_(found), access.visible()).distinct()).all()
    audit.record_accesses(acting_staff, [row.id for row in rows], what="passport_lookup")
    if not rows:
        audit.record(acting_staff, "identity.lookup", subject_kind="customer", subject_id=None)
    return rows


def forget_documents(event: ConsentWithdrawn) -> None:
    """Delete her passports once she no longer agrees that they are kept."""
    if event.purpose == consents.IDENTITY:
        statement = delete(IdentityDocument).where(IdentityDocument.customer_id == event.customer_id)
        db.session.execute(statement, execution_options={"synchronize_session": "fetch"})


def _document(customer_id: str, document_id: str) -> IdentityDocument:
    now = access.customer(customer_id).id
    found = db.session.get(IdentityDocument, document_id) if is_id(document_id) else None
    if found is None or found.customer_id != now:
        raise NotFound
    return found


def _audit(customer_id: str, action: str, acting_staff: Actor, *, reason: str | None = None) -> None:
    detail = {"reason": reason} if reason else None
    audit.record(acting_staff, action, subject_kind="customer", subject_id=customer_id, detail=detail)
