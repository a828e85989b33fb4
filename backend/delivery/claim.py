"""Claiming: what a worker takes from the outbox, checked by the gate and marked `sending` in one transaction.

The transaction commits before the first byte goes to the provider. Whoever dies afterwards leaves rows whose lease runs
out; nobody can tell whether those went, so they become `unknown`. What may be taken, and in whose turn, is in `taking`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import insert, update

from backend.core import clock
from backend.core.bulk import insert_rows
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.delivery import recipients
from backend.delivery.channels import Outgoing, Route
from backend.delivery.facts import load
from backend.delivery.models import Message, MessageAttempt
from backend.delivery.rules import Allowed, ChannelName, Facts, Verdict, closes_at, may_contact
from backend.delivery.sending import lanes
from backend.delivery.service import verdict_values
from backend.delivery.states import State
from backend.delivery.taking import expire_leases, has_work, is_in, release_held, take

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

LEASE: Final = timedelta(seconds=120)
"""Longer than any provider call may take."""

_MESSAGES: Final = table_of(Message)
_BEGIN: Final = insert(table_of(MessageAttempt))


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim took: `outgoing` may go now; `looked_at` counts those too that the gate held back."""

    outgoing: tuple[tuple[ChannelName, Outgoing], ...] = ()
    looked_at: int = 0


def claim(
    *,
    worker: str,
    channels: Collection[ChannelName],
    limit: int,
    of_batches: int | None = None,
    turn: int = 0,
    tidy: bool = True,
) -> Claimed:
    """Take up to `limit` messages, at most `of_batches` of them from batches, and mark those that may go as `sending`.

    Single ones come first, the most urgent first, then the running batches in turns. On PostgreSQL rows that another
    worker is claiming are skipped; on SQLite the transaction is the only writer. The rows are read without the ORM.
    `tidy`: first queue what was held until now and give up leases, which a busy worker need not do each time.
    """
    now = clock.now()
    if tidy:
        release_held(now)
        expire_leases(now)
    taken = take(channels, now=now, limit=limit, of_batches=limit if of_batches is None else of_batches, turn=turn)
    if not taken.rows:
        return Claimed()
    outgoing: list[tuple[ChannelName, Outgoing]] = []
    answers: list[tuple[Any, Verdict, Route | None]] = []
    drawn: dict[lanes.Key, float] = defaultdict(float)
    for row, facts, verdict in _asked(taken.rows, now):
        answers.append((row, verdict, facts.route))
        if isinstance(verdict, Allowed):
            channel = cast("ChannelName", row.channel)
            outgoing.append((channel, _outgoing(row, channel, facts)))
            drawn[row.channel, row.sender_id] += row.size
    _write(answers, worker=worker, now=now)
    for key, size in drawn.items():
        lanes.draw(taken.lanes.get(key, lanes.FREE), size, now, first=taken.first.get(key, 0.0))
    return Claimed(tuple(outgoing), len(taken.rows))


def _asked(rows: Sequence[Any], now: datetime) -> Iterator[tuple[Any, Facts, Verdict]]:
    """Put rows before the gate, one after the other: what goes counts for those behind it. Asked only here."""
    recipients.hold(row.address for row in rows if row.purpose == "commercial" and row.address)
    going = recipients.Going()
    known = load(rows, now=now)
    for place, row in enumerate(rows):
        facts = known.facts(place)
        going.mark(row, facts)
        verdict = may_contact(cast("ChannelName", row.channel), facts)
        if isinstance(verdict, Allowed):
            going.let(row, facts)
        yield row, facts, verdict


def _write(answers: Sequence[tuple[Any, Verdict, Route | None]], *, worker: str, now: datetime) -> None:
    """Write the answers: one statement for each that is the same, one for all the calls that begin."""
    same: dict[tuple[Verdict, str | None], list[str]] = defaultdict(list)
    for row, verdict, route in answers:
        same[verdict, route.provider if route else None].append(row.id)
    for (verdict, provider), ids in same.items():
        values = verdict_values(verdict, now=now)
        if isinstance(verdict, Allowed):
            begun = {"state": State.SENDING.value, "worker": worker, "lease_until": now + LEASE, "claimed_at": now}
            values |= begun | {"attempts": _MESSAGES.c.attempts + 1, "provider": provider}
        db.session.execute(update(_MESSAGES).where(one_of(_MESSAGES.c.id, "ids")).values(values), {"ids": ids})
    calls = [
        {"message_id": row.id, "number": row.attempts + 1, "worker": worker, "began_at": now}
        for row, verdict, _ in answers
        if isinstance(verdict, Allowed)
    ]
    insert_rows(_BEGIN, calls)


def _outgoing(row: Any, channel: ChannelName, facts: Facts) -> Outgoing:  # noqa: ANN401 - a row
    closes = closes_at(channel, facts)
    return Outgoing(
        id=row.id,
        attempt=row.attempts + 1,
        address=row.address or "",
        body=row.body,
        purpose=row.purpose,
        ttl=None if closes is None else max(1, int((closes - facts.now).total_seconds())),
        route=facts.route,
    )


__all__ = ["LEASE", "Claimed", "claim", "expire_leases", "has_work", "is_in", "release_held"]
