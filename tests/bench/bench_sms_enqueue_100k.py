"""`sms_enqueue_100k`: 100,000 members are put into a batch, each before the gate, in chunks that can be killed.

Durable (every chunk waits for the disk). The floor is the bare insert of as many rows of the same text, by the driver.
The target is in seconds.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from backend.core.audit import SYSTEM
from backend.core.db import db
from backend.core.ids import new_id
from backend.delivery import enqueue_many
from tests.bench import texts
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from pathlib import Path

_MEMBERS = 100_000
_TARGET = 5.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with fresh_app() as (app, path):
        texts.send_by_twilio(app, "http://127.0.0.1")
        sender, store = texts.shop()
        drafts = texts.drafts(texts.members(_MEMBERS, sender), sender, store)
        batch_id = texts.batch(sender)
        begun = time.perf_counter()
        filled = enqueue_many(drafts, batch_id=batch_id, actor=SYSTEM)
        value = time.perf_counter() - begun
        if filled.states["queued"] != _MEMBERS:
            message = f"Not all were queued: {filled}"
            raise RuntimeError(message)
        db.session.remove()
        floor = _bare(path.with_name("floor.sqlite3"))
    name = "sms_enqueue_100k"
    return report(name, value=value, unit="s", floor=floor, ratio=value / floor, target=_TARGET, ok=value <= _TARGET)


def _bare(path: Path) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE message (id TEXT PRIMARY KEY, customer TEXT, address TEXT, body TEXT, state TEXT)")
    rows = [(new_id(), new_id(), f"+8210{number}", texts.BODY, "queued") for number in range(_MEMBERS)]
    begun = time.perf_counter()
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return took


if __name__ == "__main__":
    raise SystemExit(not main())
