"""Putting many messages into a batch: in chunks, so that one that was killed goes on and doubles nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.core import audit, clock
from backend.core.bulk import insert_rows
from backend.core.db import db, parts, run_in_unit_of_work, table_of
from backend.core.errors import Conflict, NotFound
from backend.core.garbage import collected_by_hand
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.delivery import recipients, wake
from backend.delivery.models import Message
from backend.delivery.sending.models import MessageBatch
from backend.delivery.service import decide, verdict_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from backend.delivery.drafts import Draft
    from backend.delivery.rules import Verdict

CHUNK: Final = 2_000
"""Messages of one unit of work: about 0.1 s, in which no other on SQLite writes."""

_MESSAGES: Final = table_of(Message)
_INSERT: Final = {
    "sqlite": sqlite.insert(_MESSAGES).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_MESSAGES).on_conflict_do_nothing(),
}
# One that was there before is of another moment.
_TAKEN: Final = (
    select(_MESSAGES.c.state, func.count())
    .where(one_of(_MESSAGES.c.id, "ids"), _MESSAGES.c.created_at == bindparam("now"))
    .group_by(_MESSAGES.c.state)
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of drafts: how many are new in the batch, by state, and how many it had already."""

    added: int = 0
    repeated: int = 0
    states: Counter[str] = field(default_factory=Counter)


def enqueue_many(drafts: Sequence[Draft], *, batch_id: str, actor: audit.Actor) -> Filled:
    """Put all `drafts` into a batch and say that it is full; an edge of its own, for jobs and commands.

    Each chunk is a unit of work. Killed half-way it is called again with the same drafts: whoever is in the batch, by
    customer or by address, stays there once. Raises `NotFound`, and `Conflict` for a batch that has ended.
    """
    added, repeated, states = 0, 0, Counter[str]()
    with collected_by_hand() as collect:
        for chunk in parts(drafts, CHUNK):
            some = run_in_unit_of_work(lambda chunk=chunk: put_chunk(chunk, batch_id=batch_id, actor=actor))  # type: ignore[misc] # bound now
            added, repeated = added + some.added, repeated + some.repeated
            states.update(some.states)
            collect()
    run_in_unit_of_work(lambda: close(batch_id, actor=actor))
    return Filled(added, repeated, states)


def put_chunk(drafts: Sequence[Draft], *, batch_id: str, actor: audit.Actor) -> Filled:
    """Put some drafts into a batch within the caller's unit of work, with the gate's answer to each."""
    batch = _fillable(batch_id)
    drafts = [draft if draft.not_after else replace(draft, not_after=batch.not_after) for draft in drafts]
    now = clock.now()
    rows = [
        _row(draft, verdict, batch_id=batch_id, actor=actor, now=now)
        for draft, verdict in zip(drafts, decide(drafts), strict=True)
    ]
    insert_rows(_INSERT[db.engine.dialect.name], rows)
    wake.call_workers()
    ids = [row["id"] for row in rows]
    taken = db.session.execute(_TAKEN, {"ids": ids, "now": now})
    states: Counter[str] = Counter({str(state): count for state, count in taken})
    return Filled(states.total(), len(rows) - states.total(), states)


def close(batch_id: str, *, actor: audit.Actor) -> None:
    """Say that nothing more comes into the batch."""
    batch = _fillable(batch_id)
    batch.total = _size(batch_id)
    detail = {"total": batch.total}
    audit.record(actor, "batch.fill", subject_kind="batch", subject_id=batch_id, detail=detail)


def _fillable(batch_id: str) -> MessageBatch:
    batch = db.session.get(MessageBatch, batch_id, with_for_update=True)
    if batch is None:
        raise NotFound
    if batch.state in {"canceled", "done"}:
        detail = "This batch has ended already; nothing more comes into it."
        raise Conflict(detail)
    return batch


def _size(batch_id: str) -> int:
    query = select(func.count()).select_from(_MESSAGES).where(_MESSAGES.c.batch_id == batch_id)
    return db.session.scalar(query) or 0


def _row(draft: Draft, verdict: Verdict, *, batch_id: str, actor: audit.Actor, now: datetime) -> dict[str, Any]:
    return {
        "id": draft.id or new_id(),
        "channel": draft.channel,
        "purpose": draft.purpose,
        "customer_id": draft.customer_id,
        "sender_id": draft.sender_id,
        "store_id": draft.store_id,
        "staff_id": actor.staff_id,
        "template": draft.template,
        "source_id": draft.source_id,
        "batch_id": batch_id,
        "language": draft.language,
        "address": draft.address,
        "body": draft.body,
        "digest": recipients.digest_of(draft.body) if draft.purpose == "commercial" else None,
        "size": draft.size,
        "priority": draft.priority,
        "at_most_once": draft.once,
        "not_after": draft.not_after,
        "attempts": 0,
        "lookups": 0,
        "created_at": now,
        "lease_until": None,
        **verdict_values(verdict, now=now),
    }
