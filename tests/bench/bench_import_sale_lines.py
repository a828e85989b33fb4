"""`import_sale_lines`: lines a second of the whole import against bare `sqlite3.executemany` of the same final rows.

The import is timed from opening the first file to the figures at the end: members, articles, sales, lines, home stores,
purchase facts and the change log. The floor writes the lines alone into a table of the same shape, without checking
what they refer to, in transactions of the same size and with the same journal and synchronisation. Both are run in
turn, twice; the better run of each counts.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from typing import TYPE_CHECKING, Any

from backend.unify import Progress, import_directory
from tests.bench.harness import fresh_app, report, shared

if TYPE_CHECKING:
    from pathlib import Path

_ROUNDS = 2
_TARGET = 0.25
_LINES = 1_095_181
_TRANSACTION = 30_000


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    directory = shared("complete-journey")
    if not directory.is_dir():
        print(f"The shared data is not at {directory}; set DANGOL_SHARED.", file=sys.stderr)
        return False
    rounds = [_round(directory) for _ in range(_ROUNDS)]
    value = _LINES / min(ours for ours, _ in rounds)
    floor = _LINES / min(bare for _, bare in rounds)
    ratio = value / floor
    return report(
        "import_sale_lines", value=value, unit="lines/s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio >= _TARGET
    )


def _round(directory: Path) -> tuple[float, float]:
    """Seconds of one import and of one floor."""
    with fresh_app() as (_, path):
        begun = time.perf_counter()
        outcome = import_directory(directory, progress=Progress("sales"))
        ours = time.perf_counter() - begun
        if outcome.figures.lines != _LINES or outcome.problem_count:
            message = f"The import is wrong: {outcome.figures}."
            raise RuntimeError(message)
        return ours, _bare(path)


def _bare(path: Path) -> float:
    source = sqlite3.connect(path)
    shape = source.execute("SELECT sql FROM sqlite_master WHERE name = 'sale_line'").fetchone()[0]
    rows = source.execute("SELECT * FROM sale_line ORDER BY sale_id, position").fetchall()
    source.close()
    target = sqlite3.connect(path.with_name("floor.sqlite3"), isolation_level=None)
    target.execute("PRAGMA journal_mode = WAL")
    target.execute("PRAGMA synchronous = FULL")
    target.execute(shape)
    begun = time.perf_counter()
    for start in range(0, len(rows), _TRANSACTION):
        _insert(target, rows[start : start + _TRANSACTION])
    seconds = time.perf_counter() - begun
    target.close()
    return seconds


def _insert(target: sqlite3.Connection, rows: list[Any]) -> None:
    target.execute("BEGIN IMMEDIATE")
    target.executemany(f"INSERT INTO sale_line VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 - marks only
    target.execute("COMMIT")
