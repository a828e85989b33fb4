"""Adding to the ledger, and what it adds up to."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError
from sqlalchemy import select

from backend.consent.models import ConsentEntry, ConsentWording
from backend.consent.rules import ConsentState, Statement, marketing_state
from backend.consent.schemas import StatementData
from backend.core import audit, events
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.core.ids import new_id
from backend.core.schemas import flatten
from backend.customers import ConsentWithdrawn, CustomerRegistered, hold, set_facts
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from backend.core.audit import Actor
    from backend.core.events import DatabasePrepared


_WORDINGS = Path(__file__).with_name("wordings.json")


def record(
    customer_id: str,
    data: Mapping[str, Any],
    *,
    acting_staff: Actor,
    store_id: str | None,
    entry_id: str | None = None,
    owner_id: str | None = None,
) -> tuple[str, ...]:
    """Add what `StatementData` read to the ledger of `customer_id` and show the new state on her card.

    The sender is the store's business unit unless `data` names one; `owner_id` as `customers.Owned` has it. Returns
    flags (`unknown_wording`). Raises `ValidationFailed` for a sender that does not exist.
    """
    sender = _sender(data.get("sender"), store_id)
    db.session.add(
        ConsentEntry(
            id=entry_id or new_id(),
            customer_id=customer_id,
            owner_id=owner_id,
            purpose=data["purpose"],
            channel=data.get("channel"),
            sender_id=sender,
            recipient=data.get("recipient"),
            language=data.get("language"),
            night=data.get("night", False),
            granted=data["granted"],
            lifts_id=data.get("lifts"),
            wording_version=data["wording_version"],
            evidence=data.get("evidence"),
            occurred_at=data["occurred_at"],
            staff_id=acting_staff.staff_id,
            store_id=store_id,
        )
    )
    db.session.flush()
    audit.record(
        acting_staff,
        "consent.record",
        subject_kind="customer",
        subject_id=customer_id,
        detail={"purpose": data["purpose"]},
    )
    if data["purpose"] == "marketing":
        refresh_senders([customer_id])
    if not data["granted"]:
        events.publish(ConsentWithdrawn(customer_id, data["purpose"]))
    known = db.session.get(ConsentWording, data["wording_version"])
    return () if known else ("unknown_wording",)


def record_with_registration(event: CustomerRegistered) -> None:
    """Take the statements that came with a registration. Raises `ValidationFailed` naming the statement."""
    for index, raw in enumerate(event.consents):
        try:
            data = StatementData().load(raw)
        except ValidationError as error:
            raise ValidationFailed(flatten(error.messages, f"consents.{index}")) from error
        event.flags.update(record(event.customer_id, data, acting_staff=event.actor, store_id=event.store_id))


def add_standard_wordings(_event: DatabasePrepared) -> None:
    """Register the wordings that the app shows, those that are missing."""
    known = set(db.session.execute(select(ConsentWording.version)).scalars())
    standard: dict[str, dict[str, str]] = json.loads(_WORDINGS.read_text(encoding="utf-8"))
    db.session.add_all(
        ConsentWording(version=version, purpose=words["purpose"], text_ko=words["ko"], text_en=words["en"])
        for version, words in standard.items()
        if version not in known
    )


def current_state(customer_ids: Sequence[str], *, channel: str, sender: str) -> dict[str, ConsentState]:
    """For each customer who ever said anything about marketing: what stands on `channel` for the sender (an id).

    One statement, by ix_consent_entry_customer. Who is missing was never asked.
    """
    return {
        customer_id: marketing_state(statements, channel=channel, sender_id=sender)
        for customer_id, statements in _statements(customer_ids).items()
    }


def states_by_sender(customer_id: str, *, channel: str = "sms") -> dict[str, ConsentState]:
    """What stands for each business unit (by code) that the customer's statements concern."""
    statements = _statements([customer_id]).get(customer_id, [])
    codes = _codes()
    named = {each.sender_id for each in statements if each.sender_id} or set()
    return {codes[sender]: marketing_state(statements, channel=channel, sender_id=sender) for sender in sorted(named)}


def refresh_senders(customer_ids: Iterable[str]) -> None:
    """Write on each card which business units may text, by day and by night."""
    wanted, codes = list(customer_ids), _codes()
    # Of two statements at once, the second one must see the first one.
    hold(wanted)
    by_customer = _statements(wanted)
    for customer_id in wanted:
        statements = by_customer.get(customer_id, [])
        states = {code: marketing_state(statements, channel="sms", sender_id=sender) for sender, code in codes.items()}
        set_facts(
            customer_id,
            sms_senders=sorted(code for code, state in states.items() if state.granted),
            night_senders=sorted(code for code, state in states.items() if state.night),
        )


def _statements(customer_ids: Sequence[str]) -> dict[str, list[Statement]]:
    entry = ConsentEntry
    rows = db.session.execute(
        select(
            entry.customer_id,
            entry.id,
            entry.purpose,
            entry.channel,
            entry.sender_id,
            entry.night,
            entry.granted,
            entry.lifts_id,
            entry.occurred_at,
        ).where(entry.customer_id.in_(customer_ids), entry.purpose == "marketing")
    )
    found: dict[str, list[Statement]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(
            Statement(
                id=row.id,
                purpose=row.purpose,
                channel=row.channel,
                sender_id=row.sender_id,
                night=row.night,
                granted=row.granted,
                lifts_id=row.lifts_id,
                occurred_at=row.occurred_at,
            )
        )
    return found


def _codes() -> dict[str, str]:
    return {row.id: row.code for row in db.session.execute(select(BusinessUnit.id, BusinessUnit.code))}


def _sender(code: str | None, store_id: str | None) -> str | None:
    if code is None:
        return db.session.execute(select(Store.business_unit_id).where(Store.id == store_id)).scalar_one_or_none()
    found = db.session.execute(select(BusinessUnit.id).where(BusinessUnit.code == code)).scalar_one_or_none()
    if found is None:
        raise ValidationFailed({"sender": ["There is no business unit with this code."]})
    return found
