"""What the statements of a person add up to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

PURPOSES = ("privacy", "marketing", "profiling", "third_party", "abroad", "sensitive", "unique_identifier")
CHANNELS = ("sms", "push", "call")


@dataclass(frozen=True)
class Statement:
    """One line of the ledger, as far as the state depends on it."""

    id: str
    purpose: str
    channel: str | None
    sender_id: str | None
    night: bool
    granted: bool
    lifts_id: str | None
    occurred_at: datetime


@dataclass(frozen=True)
class ConsentState:
    """What stands: `granted` by day, `night` too, or `refused` by `refusal_id`; `granted_at` starts two years."""

    granted: bool
    night: bool
    refused: bool
    granted_at: datetime | None
    refusal_id: str | None


def marketing_state(statements: Iterable[Statement], *, channel: str, sender_id: str) -> ConsentState:
    """The state of marketing on `channel` by the legal sender `sender_id`.

    A refusal stands until a grant names it, whatever the clocks say. One without a channel or sender refuses them all;
    one for the night leaves the day.
    """
    about = [each for each in statements if each.purpose == "marketing" and _concerns(each, channel, sender_id)]
    lifted = {each.lifts_id for each in about if each.granted}
    standing = [each for each in about if not each.granted and each.id not in lifted]
    refusal = max((each for each in standing if not each.night), key=_order, default=None)
    grants = [each for each in about if each.granted and each.channel == channel and each.sender_id == sender_id]
    newest = max(grants, key=_order, default=None)
    if refusal is not None or newest is None:
        return ConsentState(
            granted=False,
            night=False,
            refused=refusal is not None,
            granted_at=None,
            refusal_id=refusal.id if refusal else None,
        )
    night = any(each.night for each in grants) and not any(each.night for each in standing)
    return ConsentState(granted=True, night=night, refused=False, granted_at=newest.occurred_at, refusal_id=None)


def _concerns(statement: Statement, channel: str, sender_id: str) -> bool:
    return statement.channel in {None, channel} and statement.sender_id in {None, sender_id}


def _order(statement: Statement) -> tuple[datetime, str]:
    return statement.occurred_at, statement.id
