"""Proof of consent: everything that shows what one member agreed to or refused, in what words, when and how."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend import customers
from backend.consent import ConsentEntry, ConsentWording, shown_text
from backend.core import clock
from backend.core.db import db
from backend.delivery import Message, OwedNotice
from backend.organization import BusinessUnit, Device, Staff, Store
from backend.privacy import exports
from backend.privacy.paper import plain
from backend.privacy.proof_page import page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from backend.core.audit import Actor

WHAT = "consent_proof"
_SHORTEST = 16
# What never changes: names of people and places may, and whose entry it is does when members are merged.
_SEALED = (
    *("id", "purpose", "channel", "sender_id", "recipient", "language", "night", "granted", "lifts"),
    *("wording_version", "text", "evidence", "occurred_at", "recorded_at", "staff_id", "store_id", "device_id"),
)


@dataclass(frozen=True)
class Proof:
    """`entries`: the ledger's, the oldest first, as JSON values, each with its digest; `page`: the same to print."""

    customer_id: str
    made_at: datetime
    digest: str
    entries: list[dict[str, Any]]
    page: str


def make(customer_id: str, *, reason: str, language: str, acting_staff: Actor) -> Proof:
    """Collect the proof; that it was taken, by whom and why stands in the access log.

    Raises `NotFound`, and `ValidationFailed` for a reason that names her.
    """
    customer = customers.get_customer(customer_id)
    exports.taken(customer, what=WHAT, reason=reason, acting_staff=acting_staff)
    entries, made_at = _entries(customer.id), clock.now()
    whole = digest_of(entries)
    paper = page(customer.name, entries, digest=whole, made_at=made_at, language=language)
    return Proof(customer.id, made_at, whole, entries, paper)


def check(customer_id: str, digest: str, *, reason: str, acting_staff: Actor) -> str | None:
    """What of her ledger a digest (or the beginning of one) is of, as a sentence; None when of nothing in it."""
    customer = customers.get_customer(customer_id)
    exports.taken(customer, what=WHAT, reason=reason, acting_staff=acting_staff)
    wanted, entries = digest.strip().lower(), _entries(customer.id)
    if len(wanted) < _SHORTEST:
        return None
    if digest_of(entries).startswith(wanted):
        return f"It is of the whole ledger of {len(entries)} entries, as it stands now."
    for entry in entries:
        if entry["digest"].startswith(wanted):
            return f"It is of entry {entry['id']}, recorded at {entry['recorded_at']}."
    return None


def digest_of(entries: Iterable[dict[str, Any]]) -> str:
    """SHA-256 (hex) over the digests of entries, in the order in which they were recorded."""
    return hashlib.sha256("\n".join(each["digest"] for each in entries).encode()).hexdigest()


def _entries(customer_id: str) -> list[dict[str, Any]]:
    """The ledger's entries in the order in which they were recorded: a fixed number of statements."""
    query = select(ConsentEntry, ConsentWording, Staff.name, Staff.login, Store.name, Device.label)
    query = (
        query.outerjoin(ConsentWording, ConsentWording.version == ConsentEntry.wording_version)
        .outerjoin(Staff, Staff.id == ConsentEntry.staff_id)
        .outerjoin(Store, Store.id == ConsentEntry.store_id)
        .outerjoin(Device, Device.id == ConsentEntry.device_id)
        .where(ConsentEntry.customer_id == customer_id)
        .order_by(ConsentEntry.recorded_at, ConsentEntry.id)
    )
    notices, units = _notices(customer_id), {unit.id: unit for unit in db.session.scalars(select(BusinessUnit))}
    found = []
    for entry, wording, *names in db.session.execute(query):
        told = notices.get(entry.id, [])
        found.append(_entry(entry, wording, names, told) | {"sender": _sender(units.get(entry.sender_id or ""))})
    return [each | {"digest": _digest(each)} for each in found]


def _entry(
    entry: ConsentEntry, wording: ConsentWording | None, names: list[str | None], notices: list[dict[str, Any]]
) -> dict[str, Any]:
    text, text_language = shown_text(wording, entry.language) if wording else (None, None)
    staff_name, staff_login, store_name, tablet = names
    row: dict[str, Any] = plain(
        {
            "id": entry.id,
            "purpose": entry.purpose,
            "channel": entry.channel,
            "sender_id": entry.sender_id,
            "recipient": entry.recipient,
            "night": entry.night,
            "granted": entry.granted,
            "lifts": entry.lifts_id,
            "language": entry.language,
            "wording_version": entry.wording_version,
            "text": text,
            "text_language": text_language,
            "wording_published_at": wording.published_at if wording else None,
            "evidence": entry.evidence,
            "occurred_at": entry.occurred_at,
            "recorded_at": entry.recorded_at,
            "staff_id": entry.staff_id,
            "staff": staff_name,
            "staff_login": staff_login,
            "store_id": entry.store_id,
            "store": store_name,
            "device_id": entry.device_id,
            "tablet": tablet,
            "owner_id": entry.owner_id,
            "notices": notices,
        }
    )
    return row


def _sender(unit: BusinessUnit | None) -> dict[str, Any] | None:
    return {"code": unit.code, "name": unit.sender_name or unit.name} if unit else None


def _notices(customer_id: str) -> dict[str, list[dict[str, Any]]]:
    """What she was told, or is still owed, by entry (ix_owed_notice_customer)."""
    query = (
        select(OwedNotice, Message, Staff)
        .outerjoin(Message, Message.id == OwedNotice.message_id)
        .outerjoin(Staff, Staff.id == OwedNotice.told_by)
        .where(OwedNotice.customer_id == customer_id)
        .order_by(OwedNotice.id)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    rows: list[tuple[OwedNotice, Message | None, Staff | None]] = [
        (row[0], row[1], row[2]) for row in db.session.execute(query)
    ]
    for notice, message, staff in rows:
        told = {
            "kind": notice.kind,
            "due_by": notice.due_by,
            "state": notice.state,
            "reason": notice.reason,
            "ended_at": notice.ended_at,
            "told_how": notice.told_how,
            "told_note": notice.told_note,
            "told_by": staff.name if staff else None,
            "message_id": notice.message_id,
            "sent_at": message.sent_at if message else None,
            "delivered_at": message.delivered_at if message else None,
            "text": message.body if message else None,
        }
        found.setdefault(notice.entry_id, []).append(plain(told))
    return found


def _digest(entry: dict[str, Any]) -> str:
    sealed = {name: entry[name] for name in _SEALED}
    written = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
