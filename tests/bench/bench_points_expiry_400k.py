"""`points_expiry_400k`: what expires costs what expires, however many points are good for longer.

In a house with 400,000 lots 2,000 members lose theirs, and as many hear that theirs go soon. The floor is the same
work, by the same code, in a house that has no other lots. The target says how many times as
long the large one may take.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.loyalty import expire_due, soon_expiring
from tests import factories
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

_LOTS = 400_000
_EXPIRING = 2_000
_TARGET = 1.5
_ID = "'01900000-0000-7000-8000-' || printf('%012d', i)"
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :lots)"
# Each member has one lot; the first of them lose it, the next ones hear of it.
_FILL = (
    f"""{_NUMBERS} INSERT INTO customer (id, name, created_at, updated_at)
    SELECT {_ID}, '회원', '2024-01-01', '2024-01-01' FROM n""",  # noqa: S608 - our own numbers
    """INSERT INTO customer_facts (customer_id, points, last_basket, purchase_gaps, sms_senders, night_senders)
    SELECT id, 5000, '[]', '[]', '[]', '[]' FROM customer""",
    f"""{_NUMBERS} INSERT INTO points_entry (id, customer_id, kind, points, business_unit_id, occurred_at, business_day,
        expires_on)
    SELECT {_ID}, {_ID}, 'gift', 5000, :unit, '2025-01-01', '2025-01-01', date(:today, CASE WHEN i < {_EXPIRING}
        THEN '-3 days' WHEN i < 2 * {_EXPIRING} THEN '10 days' ELSE (400 + i % 600) || ' days' END)
    FROM n""",  # noqa: S608 - our own numbers
    """INSERT INTO points_lot (id, customer_id, business_unit_id, points, open, expired, expires_on)
    SELECT id, customer_id, business_unit_id, points, points, 0, expires_on FROM points_entry""",
)


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    floor, value = _took(2 * _EXPIRING), _took(_LOTS)
    ratio = value / floor
    name = "points_expiry_400k"
    return report(name, value=value, unit="s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET)


def _took(lots: int) -> float:
    """Seconds to let expire what is over and to find who hears of what is near, in a house with so many lots."""
    today = clock.now().date()
    with fresh_app() as (_, path):
        with unit_of_work():
            unit_id = factories.unit().id
        _fill(path, lots, unit_id, today)
        db.session.remove()
        begun = time.perf_counter()
        expired = expire_due()
        told = 0
        while (some := run_in_unit_of_work(lambda: soon_expiring(200))) is not None:
            told += len(some)
        took = time.perf_counter() - begun
        if (expired, told) != (_EXPIRING, _EXPIRING):
            message = f"{expired} lost points and {told} hear of it, instead of {_EXPIRING} each."
            raise RuntimeError(message)
    return took


def _fill(path: Path, lots: int, unit_id: str, today: date) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    values = {"lots": lots, "unit": unit_id, "today": today.isoformat()}
    for statement in _FILL:
        connection.execute(statement, values)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


if __name__ == "__main__":
    raise SystemExit(not main())
