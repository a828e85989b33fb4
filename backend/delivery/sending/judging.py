"""Stopping by itself: what goes wrong is looked at where it is written down, in the same unit of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import select, union_all

from backend.core import audit
from backend.core.db import db, table_of
from backend.delivery.models import Message
from backend.delivery.sending import batches, lanes
from backend.delivery.sending.models import MessageBatch
from backend.delivery.sending.rules import CONFIGURATION, JUDGED, pause_reason
from backend.delivery.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable

_HANDED_OVER: Final = (State.ACCEPTED, State.SENT, State.DELIVERED, State.FAILED, State.UNDELIVERED)
_MESSAGES: Final = table_of(Message)

log = structlog.get_logger(__name__)


def judge(failed: Iterable[Message]) -> None:
    """Pause the batches of messages that failed just now where too many do, and a sender whose settings are wrong."""
    by_batch: dict[str, Message] = {}
    for message in failed:
        if message.batch_id is not None:
            by_batch.setdefault(message.batch_id, message)
        elif message.reason == CONFIGURATION:
            lanes.pause(message.channel, message.sender_id, reason=CONFIGURATION, actor=audit.SYSTEM)
    for batch_id in by_batch:
        _judge_batch(batch_id)


def _judge_batch(batch_id: str) -> None:
    db.session.flush()
    batch = db.session.get(MessageBatch, batch_id)
    if batch is None or batch.state != "running":
        return
    reason = pause_reason(_handed_over_last(batch))
    if reason is not None:
        log.warning("batch_paused", batch_id=batch_id, reason=reason)
        batches.pause(batch, reason=reason, actor=audit.SYSTEM)


def _handed_over_last(batch: MessageBatch) -> list[tuple[str, str | None]]:
    """State and reason of the last ones: the newest of each state by ix_message_batch, and of those the newest."""
    columns = (_MESSAGES.c.state, _MESSAGES.c.reason, _MESSAGES.c.decided_at)
    since = [] if batch.judged_from is None else [_MESSAGES.c.decided_at > batch.judged_from]
    parts = [
        select(*columns)
        .where(_MESSAGES.c.batch_id == batch.id, _MESSAGES.c.state == state.value, *since)
        .order_by(_MESSAGES.c.decided_at.desc())
        .limit(JUDGED)
        .subquery()
        for state in _HANDED_OVER
    ]
    found = db.session.execute(union_all(*(select(part) for part in parts))).all()
    newest = sorted(found, key=lambda row: row.decided_at, reverse=True)[:JUDGED]
    return [(row.state, row.reason) for row in newest]
