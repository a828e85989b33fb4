"""Refusals by a number whose holder nobody here knows: the number is written to no more by whom it refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core import audit
from backend.core.db import db
from backend.core.ids import new_id
from backend.delivery.models import AddressBlock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import ColumnElement

_REFUSED = "refused"


def refuse_by_address(
    channel: str, address: str, sender_ids: Collection[str], *, evidence: Mapping[str, Any]
) -> list[str]:
    """Have these senders write to an address no more; those who did not know it yet. `evidence` goes into the audit."""
    known = refused_by_address(channel, address)
    new = [each for each in sender_ids if each not in known]
    for sender_id in new:
        block = AddressBlock(id=new_id(), channel=channel, address=address, kind=_REFUSED, sender_id=sender_id)
        db.session.add(block)
        _audit("address.refuse", block.id, {"sender": sender_id, **evidence})
    return new


def accept_by_address(
    channel: str, address: str, sender_ids: Collection[str], *, evidence: Mapping[str, Any]
) -> list[str]:
    """Lift what `refuse_by_address` wrote, for these senders; for whom there was something to lift."""
    blocks = list(db.session.execute(select(AddressBlock.id, AddressBlock.sender_id).where(_of(channel, address))))
    lifted = {block: sender for block, sender in blocks if sender in set(sender_ids)}
    db.session.execute(delete(AddressBlock).where(AddressBlock.id.in_(lifted)))
    for block, sender_id in lifted.items():
        _audit("address.accept", block, {"sender": sender_id, **evidence})
    return [str(sender) for sender in lifted.values()]


def refused_by_address(channel: str, address: str) -> set[str]:
    """The senders that an address refused."""
    db.session.flush()
    found = db.session.scalars(select(AddressBlock.sender_id).where(_of(channel, address)))
    return {each for each in found if each}


def _of(channel: str, address: str) -> ColumnElement[bool]:
    return (AddressBlock.channel == channel) & (AddressBlock.address == address) & (AddressBlock.kind == _REFUSED)


def _audit(action: str, block_id: str, detail: dict[str, Any]) -> None:
    audit.record(audit.SYSTEM, action, subject_kind="address_block", subject_id=block_id, detail=detail)
