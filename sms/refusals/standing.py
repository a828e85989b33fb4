"""What stands for whoever holds a link, and what she may do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend import consent
from backend.core import clock
from backend.core.db import db
from backend.delivery import accept_by_address, refuse_by_address, refused_by_address
from backend.organization import BusinessUnit
from sms.refusals import statements
from sms.refusals.statements import CHANNEL, Said

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sms.refusals.models import RefusalLink


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether texts are refused by day (and with it by night), by night only, and by all senders; since when.

    `undoable`: something of it was refused by this very link, which lifts nothing else.
    """

    day: bool
    night: bool
    everyone: bool
    undoable: bool
    since: datetime | None = None


def standing(link: RefusalLink) -> Standing:
    """Return what stands."""
    if link.customer_id is None:
        refused, units = refused_by_address(link.channel, link.address or ""), set(_units())
        day = link.sender_id in refused
        return Standing(day=day, night=False, everyone=day and units <= refused, undoable=day)
    entries = _entries(link)
    by_day = [each for each in entries if not each.night]
    return Standing(
        day=bool(by_day),
        night=any(each.night for each in entries),
        everyone=any(each.sender_id is None for each in by_day),
        undoable=any(_is_by(link, each) for each in entries),
        since=min((each.occurred_at for each in by_day or entries), default=None),
    )


def refuse(link: RefusalLink, evidence: dict[str, Any]) -> None:
    """Refuse the sender's texts."""
    if not standing(link).day:
        _refuse(link, _said(link, evidence))


def refuse_night(link: RefusalLink, evidence: dict[str, Any]) -> None:
    """Refuse the sender's texts by night; a number of nobody known has no consent for the night to take back."""
    now = standing(link)
    if link.customer_id is not None and not (now.day or now.night):
        _refuse(link, _said(link, evidence, night=True))


def refuse_everyone(link: RefusalLink, evidence: dict[str, Any]) -> None:
    """Refuse the texts of all senders."""
    if not standing(link).everyone:
        _refuse(link, _said(link, evidence, everyone=True))


def undo(link: RefusalLink, evidence: dict[str, Any]) -> None:
    """Lift what was refused by this link, for its sender: each grant names its refusal."""
    said = _said(link, evidence)
    if link.customer_id is None:
        accept_by_address(link.channel, said.address, [link.sender_id], evidence={"method": "link", **evidence})
        return
    statements.lift([each for each in _entries(link) if _is_by(link, each)], said)


ACTIONS: dict[str, Callable[[RefusalLink, dict[str, Any]], None]] = {
    "refuse": refuse,
    "night": refuse_night,
    "everyone": refuse_everyone,
    "undo": undo,
}


def _refuse(link: RefusalLink, said: Said) -> None:
    if link.customer_id is not None:
        statements.refuse_for([link.customer_id], said)
        return
    senders = [said.sender_id] if said.sender_id else _units()
    refuse_by_address(link.channel, said.address, senders, evidence={"method": "link", **said.evidence})


def _said(link: RefusalLink, evidence: dict[str, Any], *, night: bool = False, everyone: bool = False) -> Said:
    number = link.customer.phone if link.customer is not None else link.address
    return Said(
        address=number or "",
        sender_id=None if everyone else link.sender_id,
        way="link",
        at=clock.now(),
        night=night,
        evidence={"link": link.code, **evidence},
    )


def _entries(link: RefusalLink) -> list[consent.ConsentEntry]:
    customer_id = link.customer_id or ""
    return consent.standing_refusals([customer_id], channel=CHANNEL, sender_id=link.sender_id).get(customer_id, [])


def _is_by(link: RefusalLink, entry: consent.ConsentEntry) -> bool:
    return isinstance(entry.evidence, dict) and entry.evidence.get("link") == link.code


def _units() -> list[str]:
    return list(db.session.scalars(select(BusinessUnit.id).order_by(BusinessUnit.id)))
