"""What a restored backup may not do: send again what went since it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, or_, update

from backend.core import clock
from backend.core.db import db
from backend.delivery.models import Message
from backend.delivery.pacing import LOOKUP_AFTER
from backend.delivery.states import WAITING, State

if TYPE_CHECKING:
    from backend.core.events import DatabaseRestored

COUNT: Final = "messages_unknown"


def doubt_what_may_have_gone(event: DatabaseRestored) -> None:
    """Mark as `unknown` what was being sent, and what waited and may go once only: it may have gone since the backup.

    The provider's list and its reports resolve them. What may go twice (a reminder, a pick-up notice) waits on.
    """
    waits_for_its_one_time = and_(Message.state.in_([state.value for state in WAITING]), Message.at_most_once)
    statement = update(Message).where(or_(Message.state == State.SENDING.value, waits_for_its_one_time))
    unknown = {"state": State.UNKNOWN.value, "reason": "outcome_unknown", "lease_until": None, "worker": None}
    found = db.session.execute(
        statement.values(**unknown, lookups=0, due_at=clock.now() + LOOKUP_AFTER[0]).returning(Message.id)
    )
    event.counts[COUNT] = len(found.all())
