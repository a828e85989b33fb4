"""`sms_one_to_one_latency`: how long a text to one person takes while 100,000 of its sender's campaign queue.

From before it is put into the outbox until the provider's answer is there, at the 95th percentile of a hundred, over a
sender that may send 10 segments a second: all of which the campaign takes where nobody else wants them. Each is of two
segments, as the campaign's are. The floor is a durable insert and a call of the bare SDK, one after the other. The
target is in seconds.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select
from twilio.rest import Client

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.ids import new_id
from backend.delivery import Draft, Message, enqueue, enqueue_many, run_dispatcher
from backend.delivery.drafts import CAMPAIGN, ONE_TO_ONE
from backend.delivery.models import MessageAttempt
from backend.delivery.sending import lanes
from tests.bench import texts
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

_QUEUED: Final = 100_000
_RATE: Final = 10.0
_TEXTS: Final = 100
_EVERY: Final = 0.5
"""Seconds between two: four of the ten segments of each second are theirs."""

_SEGMENTS: Final = 2
_PATIENCE: Final = 30.0
_TARGET: Final = 1.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with texts.provider() as url, fresh_app() as (app, path):
        floor = asyncio.run(_bare(url, path.with_name("floor.sqlite3")))
        value = _ours(app, url)
    ok = value <= _TARGET
    return report(
        "sms_one_to_one_latency", value=value, unit="s", floor=floor, ratio=value / floor, target=_TARGET, ok=ok
    )


async def _bare(url: str, path: Path) -> float:
    http = texts.bare_client(url)
    client = Client(texts.SID, "token", http_client=http)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE message (id TEXT PRIMARY KEY, address TEXT, body TEXT)")
    took = []
    for number in range(_TEXTS):
        to, begun = f"+8210{20_000_000 + number}", time.perf_counter()
        connection.execute("INSERT INTO message VALUES (?, ?, ?)", (new_id(), to, texts.BODY))
        await client.messages.create_async(to=to, from_="15880000", body=texts.BODY)
        took.append(time.perf_counter() - begun)
    await http.close()
    connection.close()
    return _p95(took)


def _ours(app: Flask, url: str) -> float:
    texts.send_by_twilio(app, url)
    sender, store = texts.shop()
    people = texts.members(_QUEUED + _TEXTS, sender)
    waiting = texts.drafts(people[_TEXTS:], sender, store, size=_SEGMENTS, priority=CAMPAIGN)
    enqueue_many(waiting, batch_id=texts.batch(sender), actor=SYSTEM)
    run_in_unit_of_work(lambda: lanes.set_rate("sms", sender, rate=_RATE, burst=None, actor=SYSTEM))
    db.session.remove()
    stop = threading.Event()
    singles = texts.drafts(people[:_TEXTS], sender, store, size=_SEGMENTS, priority=ONE_TO_ONE)
    begun: dict[str, float] = {}
    asking = threading.Thread(target=_ask, args=(app, singles, begun, stop))
    asking.start()
    run_dispatcher(app, stop)
    asking.join()
    ended = {
        row.message_id: row.ended_at.timestamp()
        for row in db.session.execute(select(MessageAttempt.message_id, MessageAttempt.ended_at))
        if row.ended_at is not None and row.message_id in begun
    }
    went = db.session.scalar(select(func.count()).select_from(Message).where(Message.state == "accepted")) or 0
    if len(ended) != _TEXTS or went < 2 * _TEXTS:
        message = f"{len(ended)} of {_TEXTS} went, and {went - len(ended)} of the campaign beside them."
        raise RuntimeError(message)
    return _p95([ended[each] - begun[each] for each in begun])


def _ask(app: Flask, singles: list[Draft], begun: dict[str, float], stop: threading.Event) -> None:
    """Ask for one text after the other, as requests do, once the campaign is going."""
    with app.app_context():
        time.sleep(2.0)
        first = time.monotonic()
        for number, draft in enumerate(singles):
            time.sleep(max(0.0, first + number * _EVERY - time.monotonic()))
            at = clock.now().timestamp()
            message_id: str = run_in_unit_of_work(lambda draft=draft: enqueue(draft, actor=SYSTEM).id)  # type: ignore[misc] # bound now
            begun[message_id] = at
        deadline = clock.now() + timedelta(seconds=_PATIENCE)
        left = select(func.count()).select_from(Message).where(Message.batch_id.is_(None), Message.state != "accepted")
        while db.session.scalar(left) and clock.now() < deadline:
            db.session.rollback()
            time.sleep(0.1)
        db.session.remove()
        stop.set()


def _p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95) - 1]


if __name__ == "__main__":
    raise SystemExit(not main())
