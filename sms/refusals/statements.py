"""What somebody said about being texted, written down: in the consent ledger, or by her number if nobody knows her."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import exists, select

from backend import consent
from backend.core.audit import SYSTEM
from backend.core.db import db
from backend.customers import hold
from backend.delivery import accept_by_address, refuse_by_address
from backend.organization import BusinessUnit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from backend.core.audit import Actor

CHANNEL: Final = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something about the advertising texts of a sender (None: of all), by a `way`, with what shows it.

    `night`: about texts by night only. `address`: the number that it was said by.
    """

    address: str
    sender_id: str | None
    way: Literal["text", "link", "080"]
    at: datetime
    night: bool = False
    evidence: dict[str, Any] = field(default_factory=dict)


def refuse(said: Said, customer_ids: Sequence[str], *, acting_staff: Actor = SYSTEM) -> None:
    """Write a refusal down for everybody who has that number; by the number if nobody has it."""
    if customer_ids:
        refuse_for(customer_ids, said, acting_staff=acting_staff)
    else:
        refuse_by_address(CHANNEL, said.address, _senders(said), evidence=_evidence(said))


def refuse_for(customer_ids: Sequence[str], said: Said, *, acting_staff: Actor = SYSTEM) -> None:
    """Write a refusal into the ledger of these customers."""
    hold(customer_ids)
    for customer_id in customer_ids:
        consent.record(customer_id, _statement(said, granted=False), acting_staff=acting_staff, store_id=None)


def is_written(customer_id: str, said: Said) -> bool:
    """Whether the same refusal, said at the same moment, is in the ledger."""
    entry = consent.ConsentEntry
    same = exists().where(
        entry.customer_id == customer_id,
        entry.purpose == "marketing",
        entry.occurred_at == said.at,
        entry.granted.is_(False),
        entry.channel == CHANNEL,
        entry.sender_id == said.sender_id,
        entry.night == said.night,
    )
    return bool(db.session.scalar(select(same)))


def lift_by_text(said: Said, customer_ids: Sequence[str]) -> bool:
    """Lift what stands against the texts of just this sender, by day; whether there was anything.

    What was said of all senders, of other channels or of the night stays: nobody named it.
    """
    if said.sender_id is None:
        return False
    if not customer_ids:
        return bool(accept_by_address(CHANNEL, said.address, [said.sender_id], evidence=_evidence(said)))
    hold(customer_ids)
    standing = consent.standing_refusals(customer_ids, channel=CHANNEL, sender_id=said.sender_id)
    named = [
        entry
        for refusals in standing.values()
        for entry in refusals
        if (entry.channel, entry.sender_id, entry.night) == (CHANNEL, said.sender_id, False)
    ]
    lift(named, said)
    return bool(named)


def lift(refusals: Sequence[consent.ConsentEntry], said: Said) -> None:
    """Grant anew what was refused, each grant naming the refusal that it lifts, for the sender of `said` only."""
    for refusal in refusals:
        statement = _statement(said, granted=True) | {"lifts": refusal.id, "night": refusal.night}
        consent.record(refusal.customer_id, statement, acting_staff=SYSTEM, store_id=None)


def _statement(said: Said, *, granted: bool) -> dict[str, Any]:
    sender = db.session.get(BusinessUnit, said.sender_id) if said.sender_id else None
    return {
        "purpose": "marketing",
        "channel": CHANNEL,
        "sender": sender.code if sender else None,
        "night": said.night,
        "granted": granted,
        "wording_version": f"by-{said.way}",
        "occurred_at": said.at,
        "evidence": _evidence(said) | {"number": said.address},
    }


def _evidence(said: Said) -> dict[str, Any]:
    return {"method": said.way, **said.evidence}


def _senders(said: Said) -> list[str]:
    if said.sender_id is not None:
        return [said.sender_id]
    return list(db.session.scalars(select(BusinessUnit.id).order_by(BusinessUnit.id)))
