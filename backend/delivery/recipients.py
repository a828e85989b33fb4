"""What a number was sent lately, and that two workers at once do not each take the last of its room."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select, text

from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.delivery.caps import COUNTED_DAYS
from backend.delivery.models import Message
from backend.delivery.states import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from backend.delivery.caps import Limits
    from backend.delivery.rules import Facts

_COUNTED: Final = tuple(
    state.value
    for state in (State.SENDING, State.UNKNOWN, State.ACCEPTED, State.SENT, State.DELIVERED, State.UNDELIVERED)
)
"""What went, or may have gone. What certainly failed cost nobody's patience."""

_LINK: Final = re.compile(r"https?://\S+")
_LOCK: Final = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(one, 7236102)) FROM unnest(CAST(:addresses AS text[])) AS one"
)
_message = table_of(Message).c
_WENT: Any = (
    select(_message.address, _message.claimed_at, _message.digest)
    .where(one_of(_message.address, "addresses"), _message.purpose == "commercial", _message.state.in_(_COUNTED))
    .order_by(_message.claimed_at)
)


class Contacted(NamedTuple):
    """One commercial message that a number was sent."""

    at: datetime
    digest: str | None


History = dict[str, list[Contacted]]
"""By number, the oldest first."""


class Going:
    """What one claim lets go, for those behind it in the same claim."""

    def __init__(self) -> None:
        self._went: History = {}

    def mark(self, message: Message, facts: Facts) -> None:
        """Note on the facts what went to this number in this claim."""
        went = self._went.get(message.address or "")
        if went is not None and facts.purpose == "commercial":
            mark(facts, went, message.digest)

    def let(self, message: Message, facts: Facts) -> None:
        """Count one more."""
        if facts.purpose == "commercial":
            self._went.setdefault(message.address or "", []).append(Contacted(facts.now, message.digest))


def mark(facts: Facts, went: list[Contacted], digest: str | None) -> None:
    """Add to the facts what a number was sent, the oldest first, after what they know of it already."""
    same = [each.at for each in went if digest is not None and each.digest == digest]
    facts.contacts = (*facts.contacts, *(each.at for each in went))
    facts.same_content_at = max(same) if same else facts.same_content_at


def history(addresses: Collection[str], limits: Limits, *, now: datetime) -> History:
    """Load what these numbers were sent, as far back as the limits look: one statement, by ix_message_address."""
    if not addresses:
        return {}
    since = now - timedelta(days=max(COUNTED_DAYS, limits.same_content_days))
    found: History = {}
    query = _WENT.where(_message.claimed_at >= since)
    for address, at, digest in db.session.execute(query, {"addresses": sorted(addresses)}):
        found.setdefault(address, []).append(Contacted(at, digest))
    return found


def hold(addresses: Iterable[str]) -> None:
    """Have other workers wait with these numbers until the open unit of work is over.

    In one order, so that two never wait for each other crosswise. On SQLite nobody else writes meanwhile.
    """
    wanted = sorted(set(addresses))
    if wanted and db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(_LOCK, {"addresses": wanted})


def digest_of(body: str) -> str:
    """Return what tells whether two bodies say the same: links differ for every recipient, spaces for nobody."""
    said = " ".join(_LINK.sub("", body).split())
    return hashlib.sha256(said.encode()).hexdigest()[:32]
