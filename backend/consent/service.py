"""Adding to the ledger, and what it adds up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError
from sqlalchemy import select

from backend.consent import existing, law_kr, ledger, rules
from backend.consent.models import ConsentEntry, ConsentWording
from backend.consent.rules import SILENT, ConsentState, marketing_state
from backend.consent.schemas import StatementData
from backend.core import audit, clock, events
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.core.ids import new_id
from backend.core.schemas import flatten
from backend.customers import (
    ConsentWithdrawn,
    CustomerEdited,
    CustomerRegistered,
    StandingConsentAsked,
    get_customer,
    hold,
    set_facts,
)
from backend.organization import BusinessUnit, Store, hidden_units

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from backend.core.audit import Actor


@dataclass(frozen=True)
class ConsentRecorded:
    """Somebody granted, refused or withdrew something, in the open unit of work: the entry is in the ledger."""

    entry: ConsentEntry


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
    flags (`unknown_wording`, `guardian_needed`). Publishes `ConsentRecorded`, and `ConsentWithdrawn` after a refusal.
    Raises `ValidationFailed` for a sender that does not exist.
    """
    evidence = data.get("evidence")
    entry = ConsentEntry(
        id=entry_id or new_id(),
        customer_id=customer_id,
        owner_id=owner_id,
        purpose=data["purpose"],
        channel=data.get("channel"),
        sender_id=_sender(data.get("sender"), store_id),
        recipient=data.get("recipient"),
        language=data.get("language"),
        night=data.get("night", False),
        granted=data["granted"],
        lifts_id=data.get("lifts"),
        wording_version=data["wording_version"],
        evidence=evidence,
        guardian=bool(evidence and evidence.get("guardian")),
        occurred_at=data["occurred_at"],
        staff_id=acting_staff.staff_id,
        store_id=store_id,
        device_id=acting_staff.device_id,
    )
    db.session.add(entry)
    db.session.flush()
    audit.record(
        acting_staff,
        "consent.record",
        subject_kind="customer",
        subject_id=customer_id,
        detail={"purpose": data["purpose"]},
    )
    if entry.purpose == "marketing":
        refresh_senders([customer_id])
    events.publish(ConsentRecorded(entry))
    if not entry.granted:
        events.publish(ConsentWithdrawn(customer_id, entry.purpose))
    return _flags(entry)


def _flags(entry: ConsentEntry) -> tuple[str, ...]:
    """What a person should look at."""
    flags = () if db.session.get(ConsentWording, entry.wording_version) else ("unknown_wording",)
    if not entry.granted or entry.guardian:
        return flags
    zone = db.session.execute(select(Store.time_zone).where(Store.id == entry.store_id)).scalar_one_or_none()
    birth_date = get_customer(entry.customer_id).birth_date
    return (*flags, "guardian_needed") if ledger.is_child(birth_date, entry.occurred_at, zone) else flags


def answer_standing(event: StandingConsentAsked) -> None:
    """Tell another feature whether what it wants to keep may be kept."""
    event.standing = ledger.standing([event.customer_id], event.purpose)[event.customer_id].allowed


def record_with_registration(event: CustomerRegistered) -> None:
    """Take the statements that came with a registration. Raises `ValidationFailed` naming the statement."""
    for index, raw in enumerate(event.consents):
        try:
            data = StatementData().load(raw)
        except ValidationError as error:
            raise ValidationFailed(flatten(error.messages, f"consents.{index}")) from error
        event.flags.update(record(event.customer_id, data, acting_staff=event.actor, store_id=event.store_id))


def follow_birth_date(event: CustomerEdited) -> None:
    """Work out anew what a customer's age decides."""
    if "birth_date" in event.fields:
        refresh_senders([event.customer_id])


def current_state(customer_ids: Sequence[str], *, channel: str, sender: str) -> dict[str, ConsentState]:
    """For each customer who ever said anything about marketing: what stands on `channel` for the sender (an id).

    One statement, by ix_consent_entry_customer. Who is missing was never asked.
    """
    return {
        customer_id: marketing_state(statements, channel=channel, sender_id=sender)
        for customer_id, statements in ledger.statements(customer_ids, "marketing").items()
    }


def current_states(wanted: Mapping[tuple[str, str], Collection[str]]) -> dict[tuple[str, str], dict[str, ConsentState]]:
    """For each (channel, sender's id) and its customers what stands: one statement, by ix_consent_entry_customer."""
    said = ledger.statements(sorted(set().union(*wanted.values())), "marketing")
    return {
        (channel, sender_id): {
            each: marketing_state(said[each], channel=channel, sender_id=sender_id) if each in said else SILENT
            for each in customer_ids
        }
        for (channel, sender_id), customer_ids in wanted.items()
    }


def states_by_sender(customer_id: str, *, channel: str = "sms") -> dict[str, ConsentState]:
    """What stands for each business unit (by code) that the customer's statements concern."""
    statements = ledger.statements([customer_id], "marketing").get(customer_id, [])
    codes = _codes()
    named = {each.sender_id for each in statements if each.sender_id} or set()
    return {codes[sender]: marketing_state(statements, channel=channel, sender_id=sender) for sender in sorted(named)}


def permissions(customer_id: str, *, at_store: str | None) -> dict[str, Any]:
    """Everything that is permitted or not, the store's own sender first.

    Marketing: for the senders that she spoke of, and for those that may write to her as an existing customer.
    """
    said, now = ledger.statements([customer_id]).get(customer_id, []), clock.now()
    units = {unit.id: unit for unit in db.session.scalars(select(BusinessUnit))}
    own = _sender(None, at_store)
    named = {each.sender_id for each in said if each.purpose == "marketing" and each.sender_id}
    ended = _deals(customer_id)
    senders = sorted(named | set(ended) | ({own} if own else set()), key=lambda each: (each != own, units[each].code))
    child = bool(ledger.children([customer_id]))
    items = [
        {
            "permission": rules.permission(
                said, matter, now=now, child=child, deal_ended_at=ended.get(matter.sender_id or "")
            ),
            "sender": units.get(matter.sender_id or ""),
        }
        for matter in rules.matters(said, senders)
    ]
    return {"items": items, "under_14": child}


def may_text(customer_id: str) -> set[str]:
    """The senders (by code) that may advertise to her by text today, on whatever ground."""
    return {
        each["sender"].code
        for each in permissions(customer_id, at_store=None)["items"]
        if each["permission"].allowed
        and each["permission"].matter.channel == "sms"
        and not each["permission"].matter.night
    }


def _deals(customer_id: str) -> dict[str, datetime]:
    """When her deals ended that permit something now, by sender; what a unit hides from who looks is left out."""
    hidden, now = hidden_units(), clock.now()
    return {
        sender: ended_at
        for (_, sender), ended_at in existing.deals([customer_id]).items()
        if sender not in hidden and now < law_kr.existing_customer_until(ended_at)
    }


def refresh_senders(customer_ids: Iterable[str]) -> None:
    """Write on each card which business units may text, by day and by night: for a child none."""
    wanted, codes = list(customer_ids), _codes()
    # Of two statements at once, the second one must see the first one.
    hold(wanted)
    by_customer, children = ledger.statements(wanted, "marketing"), ledger.children(wanted)
    for customer_id in wanted:
        statements = [] if customer_id in children else by_customer.get(customer_id, [])
        states = {code: marketing_state(statements, channel="sms", sender_id=sender) for sender, code in codes.items()}
        set_facts(
            customer_id,
            sms_senders=sorted(code for code, state in states.items() if state.granted),
            night_senders=sorted(code for code, state in states.items() if state.night),
        )


def _codes() -> dict[str, str]:
    return {row.id: row.code for row in db.session.execute(select(BusinessUnit.id, BusinessUnit.code))}


def _sender(code: str | None, store_id: str | None) -> str | None:
    if code is None:
        return db.session.execute(select(Store.business_unit_id).where(Store.id == store_id)).scalar_one_or_none()
    found = db.session.execute(select(BusinessUnit.id).where(BusinessUnit.code == code)).scalar_one_or_none()
    if found is None:
        raise ValidationFailed({"sender": ["There is no business unit with this code."]})
    return found
