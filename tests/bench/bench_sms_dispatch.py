"""`sms_dispatch`: commercial texts a second through the durable outbox, against the bare SDK to the same stand-in.

Ours: one worker's loop over an SQLite outbox with fsync, each text claimed, put before the gate, committed as
`sending`, handed over by Twilio's official SDK with at most 64 in flight, and written down as accepted. The floor:
the SDK's own asynchronous client without its retries, 64 in flight, and nothing else. Measured in turn, three times
each; the best counts.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from twilio.rest import Client

from backend import delivery
from backend.core.audit import SYSTEM
from backend.core.db import db
from backend.delivery import Message, enqueue_many
from backend.delivery.dispatcher import IN_FLIGHT
from tests.bench import texts
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from flask import Flask

_TEXTS = 6_000
_ROUNDS = 3
_TARGET = 0.7


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    value = floor = 0.0
    with texts.provider() as url:
        for _ in range(_ROUNDS):
            floor = max(floor, asyncio.run(_bare(url)))
            with fresh_app() as (app, _):
                value = max(value, _ours(app, url))
    ratio = value / floor
    name = "sms_dispatch"
    return report(name, value=value, unit="texts/s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio >= _TARGET)


async def _bare(url: str) -> float:
    http = texts.bare_client(url)
    client = Client(texts.SID, "token", http_client=http)
    left = iter(range(_TEXTS))

    async def hand_over() -> None:
        for number in left:
            await client.messages.create_async(to=f"+8210{20_000_000 + number}", from_="15880000", body=texts.BODY)

    begun = time.perf_counter()
    await asyncio.gather(*(hand_over() for _ in range(IN_FLIGHT)))
    took = time.perf_counter() - begun
    await http.close()
    return _TEXTS / took


def _ours(app: Flask, url: str) -> float:
    texts.send_by_twilio(app, url)
    sender, store = texts.shop()
    drafts = texts.drafts(texts.members(_TEXTS, sender), sender, store)
    enqueue_many(drafts, batch_id=texts.batch(sender), actor=SYSTEM)
    db.session.remove()
    stop = threading.Event()
    watcher = threading.Thread(target=_stop_when_done, args=(app, stop))
    begun = time.perf_counter()
    watcher.start()
    delivery.run_dispatcher(app, stop)
    took = time.perf_counter() - begun
    watcher.join()
    return _TEXTS / took


def _stop_when_done(app: Flask, stop: threading.Event) -> None:
    """Look now and then whether all are accepted."""
    with app.app_context():
        query = select(func.count()).select_from(Message).where(Message.state == "accepted")
        while (db.session.scalar(query) or 0) < _TEXTS:
            db.session.rollback()
            time.sleep(0.05)
        stop.set()
        db.session.remove()


if __name__ == "__main__":
    raise SystemExit(not main())
