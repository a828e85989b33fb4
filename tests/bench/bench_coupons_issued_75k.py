"""`coupons_issued_75k`: 75,000 codes for whoever has them, issued by the worker part by part.

The floor inserts the same rows with the bare driver, in as many transactions that wait for the disk.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.loyalty.coupons import issuing, tending
from tests import factories
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from pathlib import Path

_CODES = 75_000
_TARGET = 30.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with fresh_app() as (_app, path):
        with unit_of_work():
            coupon_id = factories.coupon(per_member=None).id
        order: dict[str, Any] = {"id": new_id(), "to": "bearer", "members": [], "grade": None, "count": _CODES}
        begun = time.perf_counter()
        run_in_unit_of_work(lambda: issuing.ask(coupon_id, order, acting_staff=SYSTEM))
        tending.issue_waiting()
        value = time.perf_counter() - begun
        db.session.rollback()
        floor = _bare(path)
    ok = value <= _TARGET
    return report("coupons_issued_75k", value=value, unit="s", floor=floor, ratio=value / floor, target=_TARGET, ok=ok)


def _bare(path: Path) -> float:
    """Seconds for the same rows with other codes."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    rows = connection.execute("SELECT * FROM coupon_code ORDER BY code").fetchall()
    if len(rows) != _CODES:
        message = f"{len(rows)} codes were issued."
        raise RuntimeError(message)
    marks = ", ".join("?" * len(rows[0]))
    others = [(f"x{row[0][1:]}", *row[1:]) for row in rows]
    begun = time.perf_counter()
    for at in range(0, _CODES, issuing.AT_ONCE):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO coupon_code VALUES ({marks})", others[at : at + issuing.AT_ONCE])  # noqa: S608 - marks
        connection.execute("COMMIT")
    return time.perf_counter() - begun


if __name__ == "__main__":
    raise SystemExit(not main())
