"""`sms_memory_1m`: what a worker needs of memory while it sends from an outbox of 1,000,000 queued rows.

The most that a worker's process had of its own (not shared with files: what SQLite maps is the system's to give and
take) while it handed over 3,000 texts, over what it had before it looked at the outbox. The floor is the same over an
outbox of 10,000. SQLite's own cache of pages, 64 MB at most for a connection, is part of it. The target says how many
times as much it may be.
"""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select

from backend.app import create_app
from backend.core import clock
from backend.core.bulk import insert_rows
from backend.core.db import db, parts, table_of, unit_of_work
from backend.core.ids import new_id
from backend.delivery import Message, run_dispatcher
from backend.delivery.models import MessageAttempt
from backend.settings import load
from tests.bench import texts
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from flask import Flask

_MANY: Final = 1_000_000
_FEW: Final = 10_000
_SENT: Final = 3_000
_TARGET: Final = 1.5
_KB_IN_MB: Final = 1024
_AT_ONCE: Final = 20_000


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with texts.provider() as url:
        floor, value = (_grown(queued, url) for queued in (_FEW, _MANY))
    ratio = value / floor
    return report(
        "sms_memory_1m", value=value, unit="MB", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET
    )


def _grown(queued: int, url: str) -> float:
    with fresh_app() as (_, path):
        _fill(queued)
        db.session.remove()
        ours, its = multiprocessing.Pipe()
        worker = multiprocessing.get_context("spawn").Process(target=_work, args=(str(path), url, its))
        worker.start()
        grown: float = ours.recv()
        worker.join()
        return grown


def _fill(queued: int) -> None:
    """Queue service texts of one batch: what the gate looks at for an offer is read for a claim, and forgotten."""
    sender, store = texts.shop()
    batch_id = texts.batch(sender)
    now = clock.now()
    names = [column.name for column in table_of(Message).columns]
    same: dict[str, Any] = dict.fromkeys(names) | {
        "channel": "sms",
        "purpose": "service",
        "sender_id": sender,
        "store_id": store,
        "batch_id": batch_id,
        "body": texts.BODY,
        "size": 2,
        "priority": 9,
        "at_most_once": True,
        "state": "queued",
        "attempts": 0,
        "lookups": 0,
        "created_at": now,
    }
    statement = insert(table_of(Message))
    for some in parts(range(queued), _AT_ONCE):
        rows = [same | {"id": new_id(), "address": f"+8210{20_000_000 + number}"} for number in some]
        with unit_of_work():
            insert_rows(statement, rows)


def _work(path: str, url: str, told: Connection) -> None:
    settings = {"DANGOL_DEMO": "1", "DANGOL_DATABASE_URL": f"sqlite:///{path}"}
    app = create_app(load(settings | {"DANGOL_SIMULATOR_DATABASE": f"{path}.simulator"}))
    texts.send_by_twilio(app, url)
    stop = threading.Event()
    sizes: list[float] = []
    before = _private()
    watching = threading.Thread(target=_watch, args=(app, stop, sizes))
    watching.start()
    with app.app_context():
        run_dispatcher(app, stop)
    watching.join()
    told.send(max(sizes) - before)


def _watch(app: Flask, stop: threading.Event, sizes: list[float]) -> None:
    with app.app_context():
        query = select(func.count()).select_from(MessageAttempt)
        while (db.session.scalar(query) or 0) < _SENT:
            db.session.rollback()
            sizes.append(_private())
            time.sleep(0.1)
        sizes.append(_private())
        stop.set()
        db.session.remove()


def _private() -> float:
    """MB that this process has for itself alone."""
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    (dirty,) = re.findall(r"^Private_Dirty: +(\d+)", rollup, re.MULTILINE)
    return int(dirty) / _KB_IN_MB


if __name__ == "__main__":
    raise SystemExit(not main())
