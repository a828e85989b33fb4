"""Writers against a reader on PostgreSQL: no cursor may pass over a row that is committed later.

    python -m tests.sync.race [--rows 20000]

Eight writers commit transactions that take unequally long, while a reader pulls as a tablet does, as fast as it can.
Prints {"rows", "seconds", "pulls", "missed", "disordered"} and fails unless both counts are 0. A cursor over timestamps
or a sequence, which are taken when a row is written instead of when it is committed, missed a quarter (SYNC.md).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backend.app import create_app
from backend.cli import prepare_rows
from backend.core.db import Base, db, run_in_unit_of_work
from backend.settings import load
from backend.sync import epochs
from backend.sync.contract import EVERYONE, Caller
from backend.sync.cursor import END, Cursor
from backend.sync.pull import pull
from backend.sync.registry import SCHEMA
from tests import factories, postgres

if TYPE_CHECKING:
    from flask import Flask

WRITERS = 8
_ROWS_AT_ONCE = 10
_CALLER = Caller("", "", "", "", EVERYONE, "", "")


@dataclass(frozen=True)
class Outcome:
    """What came of a race; `disordered` are changes that came after a later one."""

    rows: int
    seconds: float
    pulls: int
    missed: int
    disordered: int


def race(url: str, *, rows: int) -> Outcome:
    """Let the writers write `rows` in all (at least one transaction each) into the empty database at `url`."""
    app = _app(url)
    done = threading.Event()
    begun = time.monotonic()
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        reading = threads.submit(_read, app, done)
        writing = [threads.submit(_write, app, seed, rows // WRITERS) for seed in range(WRITERS)]
        try:
            written = {row_id for each in writing for row_id in each.result()}
        finally:
            done.set()
        seen, pulls, disordered = reading.result()
    seconds = time.monotonic() - begun
    with app.app_context():
        db.engine.dispose()
    return Outcome(len(written), round(seconds, 1), pulls, len(written - seen), disordered)


def _write(app: Flask, seed: int, rows: int) -> set[str]:
    chance = random.Random(seed)
    written: set[str] = set()
    while len(written) < rows:
        count = min(_ROWS_AT_ONCE, rows - len(written))
        # One context a transaction, as a request has.
        with app.app_context():
            written |= run_in_unit_of_work(lambda count=count: _some_customers(chance, count))  # type: ignore[misc]
    return written


def _some_customers(chance: random.Random, count: int) -> set[str]:
    ids = set()
    for _ in range(count):
        ids.add(factories.customer().id)
        db.session.flush()
        # Who wrote first commits last every other time.
        time.sleep(chance.random() * 0.002)
    return ids


def _read(app: Flask, done: threading.Event) -> tuple[set[str], int, int]:
    """The ids of the customers that came, the number of pulls, and how many changes came out of order."""
    with app.app_context():
        cursor = Cursor(epochs.clock_state().epoch, 0, END, "", EVERYONE, SCHEMA)
    seen: set[str] = set()
    newest, pulls, disordered, over = 0, 0, 0, False
    while not over:
        over = done.is_set()  # Asked before the pull, so that one follows the last commit.
        with app.app_context():
            page = pull(_CALLER, cursor, 1000)
        disordered += page.cursor.v < newest
        newest, cursor, pulls = page.cursor.v, page.cursor, pulls + 1
        seen |= {change["id"] for change in page.changes if change["collection"] == "customers"}
        over = over and not page.more
    return seen, pulls, disordered


def _app(url: str) -> Flask:
    simulator = str(Path(tempfile.gettempdir()) / "dangol-race-simulator.sqlite3")
    app = create_app(load({"DANGOL_DEMO": "1", "DANGOL_DATABASE_URL": url, "DANGOL_SIMULATOR_DATABASE": simulator}))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        run_in_unit_of_work(prepare_rows)
    return app


def main() -> int:
    """Run a race as large as was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=20_000)
    with postgres.running(durable=True) as cluster:
        outcome = race(cluster.create("race"), rows=parser.parse_args().rows)
    print(json.dumps(asdict(outcome)))  # noqa: T201 - a program
    return 1 if outcome.missed or outcome.disordered else 0


if __name__ == "__main__":
    sys.exit(main())
