"""`import_members`: members a second from a CSV file into SQLite, against the bare driver writing the same final rows.

The import is timed from opening the file to the closed run: reading, checking every cell, looking for members who are
there, members, cards, facts, journal, change log and scope log. The floor writes the final rows of those seven tables
into tables of the same shape, with the same indexes, journal and synchronisation, a transaction for each batch of
members. Both are run in turn, twice; the better run of each counts.

Memory: a process of its own imports a third of the members and another all of them; the peaks of what the reading and
the writing process hold together may differ by a tenth. Pages of the database file that SQLite maps are not held: the
system takes them back when it likes. `python -m tests.bench.bench_import_members 1000000`, or `DANGOL_BENCH_MEMBERS`,
takes another number of members than 300,000.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from backend.core.db import unit_of_work
from backend.settings import ROOT
from backend.unify import Progress, Wishes, import_file
from tests import factories
from tests.bench.harness import fresh_app, report

_ROUNDS = 2
_TARGET = 20_000
_MEMBERS = 300_000
_TIMED = 100_000
_TRANSACTION = 5_000
_SLACK = 1.1
_HEADING = ("고객번호", "이름", "영문명", "휴대폰", "카드번호", "생년월일", "성별", "국적", "지역", "가입매장", "메모")
_TABLES = ("customer", "card", "customer_facts", "import_change", "change_log", "scope_log")
_FAMILY = "김이박최정강조윤장임"
_GIVEN = "민서지예준하은도현수아영진우"


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder:
        third = peak_of(write_members(Path(folder) / "third.csv", members // 3))
        whole = peak_of(write_members(Path(folder) / "whole.csv", members))
        timed = write_members(Path(folder) / "timed.csv", _TIMED)
        rounds = [_round(timed) for _ in range(_ROUNDS)]
    flat = whole <= third * _SLACK
    print(f"peak memory: {third:.0f} MB for {members // 3:,} members, {whole:.0f} MB for {members:,}", file=sys.stderr)
    value = _TIMED / min(ours for ours, _ in rounds)
    floor = _TIMED / min(bare for _, bare in rounds)
    ok = value >= _TARGET and flat
    return report(
        "import_members", value=value, unit="members/s", floor=floor, ratio=value / floor, target=_TARGET, ok=ok
    )


def write_members(path: Path, members: int) -> Path:
    """A file of invented members of four stores."""
    chance = random.Random(7)
    with path.open("w", encoding="cp949", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADING)
        for number in range(members):
            phone = f"010-{2000 + number // 10_000:04d}-{number % 10_000:04d}"
            name = chance.choice(_FAMILY) + chance.choice(_GIVEN) + chance.choice(_GIVEN)
            born = f"{chance.randint(1940, 2005)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
            store = f"S{chance.randint(1, 4)}"
            memo = "창가 자리, 견과 없이" if number % 10 == 0 else ""
            row = (f"C{number}", name, "KIM MINJI", phone, f"88{number:010d}", born, chance.choice("남여"))
            writer.writerow((*row, "KR", "서울 강남구", store, memo))
    return path


def _round(path: Path) -> tuple[float, float]:
    """Seconds of one import and of one floor."""
    with fresh_app() as (_, database):
        seconds = _import(path, _TIMED)
        return seconds, _bare(database)


def _import(path: Path, members: int) -> float:
    with unit_of_work():
        for number in range(1, 5):
            factories.store(code=f"S{number}")
    begun = time.perf_counter()
    outcome = import_file(path, Wishes(), progress=Progress("members"))
    seconds = time.perf_counter() - begun
    if outcome.new != members or outcome.problem_count:
        message = f"The import is wrong: {outcome}."
        raise RuntimeError(message)
    return seconds


def _bare(path: Path) -> float:
    source = sqlite3.connect(path)
    shapes = [
        row[0]
        for table in _TABLES
        for row in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,))
    ]
    customers = source.execute("SELECT id FROM customer ORDER BY id").fetchall()
    bounds = [customers[at][0] for at in range(0, len(customers), _TRANSACTION)] + ["g"]
    batches: list[list[tuple[str, list[Any]]]] = [
        [(table, source.execute(_rows_between(table), pair).fetchall()) for table in _TABLES]
        for pair in pairwise(bounds)
    ]
    source.close()
    target = sqlite3.connect(path.with_name("floor.sqlite3"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "wal_autocheckpoint = 4000"):
        target.execute(f"PRAGMA {pragma}")
    for shape in shapes:
        target.execute(shape)
    begun = time.perf_counter()
    for batch in batches:
        target.execute("BEGIN IMMEDIATE")
        for table, rows in batch:
            marks = ", ".join("?" * len(rows[0]))
            target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - names of ours
        target.execute("COMMIT")
    seconds = time.perf_counter() - begun
    target.close()
    return seconds


def _rows_between(table: str) -> str:
    column = {"customer": "id", "change_log": "row_id", "scope_log": "row_id"}.get(table, "customer_id")
    return f"SELECT * FROM {table} WHERE {column} >= ? AND {column} < ? ORDER BY {column}"  # noqa: S608 - names of ours


def peak_of(path: Path) -> float:
    """Megabytes that importing `path` in a fresh process took at most."""
    command = [sys.executable, "-m", "tests.bench.bench_import_members", "--alone", str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return float(json.loads(done.stdout.splitlines()[-1]))


def _alone(path: Path) -> None:
    with path.open(encoding="cp949") as file:
        members = sum(1 for _ in file) - 1
    peak = [0]
    threading.Thread(target=_watch, args=(peak,), daemon=True).start()
    with fresh_app():
        _import(path, members)
    print(json.dumps(peak[0] / 1024))


def _watch(peak: list[int]) -> None:
    """Note the largest sum of what the two processes hold themselves, in kilobytes."""
    while True:
        pids = [os.getpid(), *(child.pid for child in multiprocessing.active_children())]
        peak[0] = max(peak[0], sum(map(_held, pids)))
        time.sleep(0.02)


def _held(pid: int | None) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:  # It has just ended.
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")), 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        _alone(Path(sys.argv[2]))
    else:
        os.environ["DANGOL_BENCH_MEMBERS"] = sys.argv[1] if sys.argv[1:] else ""
        sys.exit(not main())
