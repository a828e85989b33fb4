"""`grades_evaluate_1m`: the grades of 1,000,000 members with 10,000,000 sales, evaluated against one aggregate.

Ours is an evaluation from asking to its preview: figures, everybody judged, and what changes written down. The floor is
one hand-written aggregate over the same rows with the bare driver: spend, purchase days and business units of every
member, fetched. Sales lie as they came in, so that a member's are far apart. One sale in a hundred comes back, one in
ten is in another currency, of which the floor knows nothing. `DANGOL_BENCH_MEMBERS` asks for another size.
"""

from __future__ import annotations

import os
import sqlite3
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

from backend.catalog import ExchangeRate
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.loyalty.grades import service, tending
from backend.loyalty.grades.models import Grade
from tests import factories
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from pathlib import Path

_MEMBERS = 1_000_000
_SALES_EACH = 10
_STORES = 40
_TARGET = 3.0
_DROPPED = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'sale' AND sql IS NOT NULL"
# An odd number without common factors with a power of ten: every member's turn comes, far from the last one.
_STRIDE = 7_919
_ID = "'01900000-0000-7000-8000-' || printf('%012d', {})"
_FILL = (
    f"""WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :members)
    INSERT INTO customer (id, name, created_at, updated_at)
    SELECT {_ID.format("i")}, '회원', '2024-01-01', '2024-01-01' FROM n""",  # noqa: S608 - our own numbers
    f"""WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :members)
    INSERT INTO customer_facts (customer_id, grade, points, last_basket, purchase_gaps, sms_senders, night_senders)
    SELECT {_ID.format("i")}, CASE WHEN i % 3 THEN 'silver' ELSE 'member' END, 0, '[]', '[]', '[]', '[]' FROM n""",  # noqa: S608 - our own numbers
    """INSERT INTO member_grade (id, customer_id, code, since, invited)
    SELECT customer_id, customer_id, grade, '2024-01-01', 0 FROM customer_facts""",
    f"""WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :sales)
    INSERT INTO sale (id, customer_id, store_id, currency, total, discount, points_redeemed, occurred_at, received_at,
        business_day, flags)
    SELECT {_ID.format("100000000000 + i")}, {_ID.format(f"(i * {_STRIDE}) % :members")},
        (SELECT id FROM bench_store WHERE number = (i / 97) % {_STORES}),
        CASE WHEN i % 10 THEN 'KRW' ELSE 'USD' END, CASE WHEN i % 10 THEN 1000 * (1 + i % 90) ELSE 1 + i % 9000 END,
        0, 0, :day, :day, date(:day, '-' || (i * 400 / :sales) || ' days'), '[]' FROM n""",  # noqa: S608 - our own numbers
    """INSERT INTO sale_line (sale_id, position, sku, quantity, amount, discount)
    SELECT id, 0, 'A', 1, total, 0 FROM sale WHERE rowid % 100 = 0""",
    f"""INSERT INTO sale_return (id, sale_id, store_id, reason, occurred_at, received_at, business_day, flags, whole)
    SELECT {_ID.format("200000000000 + rowid")}, id, store_id, '', :day, :day, business_day, '[]', 1
    FROM sale WHERE rowid % 100 = 0""",  # noqa: S608 - our own numbers
    """INSERT INTO sale_return_line (return_id, position, line, quantity) SELECT id, 0, 0, 1 FROM sale_return""",
)
_BARE = """
    SELECT sale.customer_id, sum(sale.total), count(DISTINCT sale.business_day), count(DISTINCT store.business_unit_id)
    FROM sale JOIN store ON store.id = sale.store_id
    WHERE sale.customer_id IS NOT NULL AND sale.business_day BETWEEN ? AND ?
    GROUP BY sale.customer_id
"""


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    today = clock.now().date()
    with fresh_app() as (_, path):
        _shop(today)
        _fill(path, members, today)
        begun = time.perf_counter()
        evaluation_id = run_in_unit_of_work(lambda: service.ask(today, acting_staff=SYSTEM).id)
        tending.work()
        value = time.perf_counter() - begun
        found = service.evaluation(evaluation_id)
        floor, rows = _floor(path, found.since, today)
        if found.state != "ready" or found.done != members or not 0 < sum(found.counts.values()) < members:
            message = f"The evaluation went wrong: {found.state}, {found.done} of {members}, {found.counts}."
            raise RuntimeError(message)
        if rows > members:
            message = "The aggregate counts members who are none."
            raise RuntimeError(message)
    ok = value / floor <= _TARGET
    name = "grades_evaluate_1m"
    return report(name, value=value, unit="s", floor=floor, ratio=value / floor, target=_TARGET, ok=ok)


def _shop(today: date) -> None:
    """Stores of four business units, grades that some enter and some lose, and a rate."""
    with unit_of_work():
        units = [factories.unit() for _ in range(4)]
        for number in range(_STORES):
            factories.store(business_unit_id=units[number % 4].id)
        db.session.add_all(
            [
                Grade(code="member", name="일반", rank=0),
                Grade(code="silver", name="실버", rank=1, spend=250_000, keep_spend=150_000, grace_months=3),
                Grade(code="gold", name="골드", rank=2, spend=600_000, visits=5, units=2),
                ExchangeRate(currency="USD", base="KRW", on=today - timedelta(days=500), rate="1400"),
            ]
        )


def _fill(path: Path, members: int, today: date) -> None:
    """Write members, grades, sales and returns past the app; indexes of sales are made once, afterwards."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("CREATE TEMP TABLE bench_store AS SELECT row_number() OVER () - 1 AS number, id FROM store")
    connection.execute("CREATE UNIQUE INDEX temp.bench_store_number ON bench_store (number)")
    indexes = connection.execute(_DROPPED).fetchall()
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    values = {"members": members, "sales": members * _SALES_EACH, "day": today.isoformat()}
    for statement in _FILL:
        connection.execute(statement, values)
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _floor(path: Path, since: date, until: date) -> tuple[float, int]:
    """Seconds that the aggregate took, and how many members it found."""
    connection = sqlite3.connect(path)
    begun = time.perf_counter()
    rows = connection.execute(_BARE, (since.isoformat(), until.isoformat())).fetchall()
    took = time.perf_counter() - begun
    connection.close()
    return took, len(rows)


if __name__ == "__main__":
    raise SystemExit(not main())
