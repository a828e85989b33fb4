"""Refusals by 080 numbers, as whoever runs them tells us: each once, however often it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backend.core.audit import SYSTEM
from backend.customers import hold, normal_phone
from backend.delivery import refused_by_address
from sms.incoming.routing import holders
from sms.refusals import statements
from sms.refusals.statements import Said

if TYPE_CHECKING:
    from datetime import datetime

    from backend.core.audit import Actor

RECORDED, BLOCKED, AGAIN, BAD = "recorded", "blocked", "again", "bad"
OUTCOMES = (RECORDED, BLOCKED, AGAIN, BAD)


class Called(NamedTuple):
    """Somebody refused one unit's texts by its 080 number."""

    number: str
    at: datetime
    evidence: dict[str, Any]


def take(called: Called, sender_id: str, *, acting_staff: Actor = SYSTEM) -> str:
    """Write a refusal down: `recorded` for who has the number, `blocked` where nobody has it, `again`, or `bad`."""
    address = normal_phone(called.number)
    if address is None:
        return BAD
    said = Said(address=address, sender_id=sender_id, way="080", at=called.at, evidence=called.evidence)
    found = holders(address)
    if not found:
        if sender_id in refused_by_address(statements.CHANNEL, address):
            return AGAIN
        statements.refuse(said, (), acting_staff=acting_staff)
        return BLOCKED
    hold(found)
    new = [each for each in found if not statements.is_written(each, said)]
    statements.refuse_for(new, said, acting_staff=acting_staff)
    return RECORDED if new else AGAIN
