"""`insight_rebuild_1m`: the facts of 1,000,000 members with 10,000,000 sales, rebuilt against one aggregate.

Ours is what `dangol insight rebuild` does, on a private PostgreSQL: everybody's facts worked out beside, and taken over
a range of members at a time, each in a transaction of its own that holds them, while sales go on. The floor is one
hand-written aggregate over the same rows into a table; both tables are compared row by row afterwards. Sales lie as
they came in, so that a member's are far apart; every second one has two lines, one in a hundred came back whole and one
in a hundred in part.
`DANGOL_BENCH_MEMBERS` asks for another size.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from backend.core import clock
from backend.core.db import unit_of_work
from backend.insight.facts.rebuilding import rebuild
from tests import factories, postgres
from tests.bench.harness import fresh_app, report

_MEMBERS = 1_000_000
_SALES_EACH = 10
_STORES = 40
_TARGET = 1.5
_STRIDE = 7_919
_ID = "CAST('01900000-0000-7000-8000-' || lpad(CAST({} AS text), 12, '0') AS uuid)"
_INDEXES = """SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename IN ('sale', 'sale_line', 'sale_return') AND indexname NOT LIKE 'pk_%'"""
_FILL = (
    f"""INSERT INTO product (id, sku, name, category, brand, currency)
    SELECT {_ID.format("300000000000 + i")}, 'P' || i, '상품', '분류 ' || i % 30, '브랜드 ' || i / 30 % 12, 'KRW'
    FROM generate_series(0, 1999) AS i""",  # noqa: S608 - our own numbers
    f"""INSERT INTO customer (id, name, created_at, updated_at)
    SELECT {_ID.format("i")}, '회원', '2024-01-01', '2024-01-01' FROM generate_series(0, :members - 1) AS i""",  # noqa: S608 - the same
    f"""INSERT INTO customer_facts (customer_id, points, last_basket, purchase_gaps, sms_senders, night_senders)
    SELECT {_ID.format("i")}, 0, '[]', '[]', '[]', '[]' FROM generate_series(0, :members - 1) AS i""",  # noqa: S608 - the same
    f"""INSERT INTO sale (id, customer_id, store_id, currency, total, discount, points_redeemed, occurred_at,
        received_at, business_day, flags)
    SELECT {_ID.format("100000000000 + i")}, {_ID.format(f"(i * {_STRIDE}) % :members")}, bench_store.id,
        CASE WHEN i % 10 = 0 THEN 'USD' ELSE 'KRW' END, (1 + i % 2) * 1000 * (1 + i % 90), i % 3 * 100, 0,
        CAST(:day AS timestamptz) - make_interval(days => CAST(i * 400 / :sales AS int), mins => CAST(i % 600 AS int)),
        CAST(:day AS timestamptz), CAST(:day AS date) - CAST(i * 400 / :sales AS int), '[]'
    FROM generate_series(CAST(0 AS bigint), :sales - 1) AS i
    JOIN bench_store ON bench_store.number = (i / 97) % {_STORES}""",  # noqa: S608 - the same
    f"""INSERT INTO sale_line (sale_id, position, product_id, sku, quantity, amount, discount)
    SELECT {_ID.format("100000000000 + i")}, position, {_ID.format("300000000000 + (i * 13 + position * 7) % 2000")},
        'P', 2, 1000 * (1 + i % 90), 0
    FROM generate_series(CAST(0 AS bigint), :sales - 1) AS i, generate_series(0, CAST(i % 2 AS int)) AS position""",  # noqa: S608 - the same
    f"""INSERT INTO sale_return (id, sale_id, store_id, reason, occurred_at, received_at, business_day, flags, whole)
    SELECT {_ID.format("200000000000 + i")}, {_ID.format("100000000000 + i")},
        (SELECT id FROM bench_store WHERE number = 0), '', CAST(:day AS timestamptz), CAST(:day AS timestamptz),
        CAST(:day AS date), '[]', i % 100 = 0
    FROM generate_series(CAST(0 AS bigint), :sales - 1) AS i WHERE i % 100 IN (0, 50)""",  # noqa: S608 - the same
    f"""INSERT INTO sale_return_line (return_id, position, line, quantity)
    SELECT {_ID.format("200000000000 + i")}, 0, 0, CASE WHEN i % 100 = 0 THEN 2 ELSE 1 END
    FROM generate_series(CAST(0 AS bigint), :sales - 1) AS i WHERE i % 100 IN (0, 50)""",  # noqa: S608 - the same
)
_BARE = """
CREATE TABLE bench_floor AS
WITH back AS (
    SELECT sale_id, line, CAST(sum(quantity) AS bigint) AS pieces
    FROM sale_return JOIN sale_return_line ON return_id = id
    WHERE quantity > 0
    GROUP BY sale_id, line
), came_back AS (
    SELECT sale_id, line, least(back.pieces, quantity) AS pieces,
        amount * least(back.pieces, quantity) / quantity AS amount
    FROM back JOIN sale_line USING (sale_id)
    WHERE position = line
), bought AS (
    SELECT id, customer_id, store_id, currency, business_day, occurred_at, total, discount
    FROM sale
    WHERE customer_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM sale_return AS whole WHERE sale_id = sale.id AND whole.whole)
), days AS (
    SELECT customer_id, min(business_day) AS first_on, max(business_day) AS last_on, count(*) AS purchase_days,
        CAST(sum(sales) AS bigint) AS sales, jsonb_object_agg(business_day, sales) AS days,
        CASE WHEN count(*) >= 4 THEN CAST(2 * percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS int) END
            AS cycle_twice
    FROM (
        SELECT customer_id, business_day, count(*) AS sales,
            business_day - lag(business_day) OVER (PARTITION BY customer_id ORDER BY business_day) AS gap
        FROM bought
        GROUP BY customer_id, business_day
    ) AS day
    GROUP BY customer_id
), stores AS (
    SELECT customer_id,
        jsonb_object_agg(store_id || '|' || currency, jsonb_build_array(sales, amount, discounted, discount)) AS stores
    FROM (
        SELECT customer_id, store_id, currency, count(*) AS sales,
            CAST(sum(total - coalesce(refund, 0)) AS bigint) AS amount,
            count(*) FILTER (WHERE discount > 0) AS discounted, CAST(sum(discount) AS bigint) AS discount
        FROM bought
        LEFT JOIN (
            SELECT sale_id, CAST(sum(amount) AS bigint) AS refund FROM came_back GROUP BY sale_id
        ) AS refunded ON sale_id = id
        GROUP BY customer_id, store_id, currency
    ) AS store
    GROUP BY customer_id
), hours AS (
    SELECT customer_id, jsonb_object_agg(hour, sales) AS hours
    FROM (
        SELECT customer_id, CAST(extract(hour FROM occurred_at AT TIME ZONE time_zone) AS int) AS hour,
            count(*) AS sales
        FROM bought JOIN store ON store.id = store_id
        GROUP BY 1, 2
    ) AS hour
    GROUP BY customer_id
), goods AS (
    SELECT customer_id, jsonb_object_agg(
        currency || E'\\x1f' || coalesce(category, '') || E'\\x1f' || coalesce(brand, ''),
        jsonb_build_array(pieces, amount)
    ) AS goods
    FROM (
        SELECT customer_id, bought.currency, category, brand,
            CAST(sum(quantity - coalesce(came_back.pieces, 0)) AS bigint) AS pieces,
            CAST(sum(sale_line.amount - coalesce(came_back.amount, 0)) AS bigint) AS amount
        FROM bought
        JOIN sale_line ON sale_line.sale_id = bought.id
        JOIN product ON product.id = product_id
        LEFT JOIN came_back ON came_back.sale_id = bought.id AND line = position
        GROUP BY customer_id, bought.currency, category, brand
    ) AS good
    WHERE pieces <> 0 OR amount <> 0
    GROUP BY customer_id
)
SELECT customer_id, first_on, last_on, purchase_days, sales, cycle_twice, days, stores, hours, goods
FROM days JOIN stores USING (customer_id) JOIN hours USING (customer_id) LEFT JOIN goods USING (customer_id)
"""
# Tablets know the cycles already: a rebuild has nobody to tell anything.
_TOLD = """UPDATE customer_facts SET cycle_days = bench_floor.cycle_twice / 2.0
    FROM bench_floor WHERE bench_floor.customer_id = customer_facts.customer_id"""
_COLUMNS = "customer_id, first_on, last_on, purchase_days, sales, cycle_twice, days, stores, hours, goods"
_DIFFERENT = f"""SELECT count(*) FROM (
    (SELECT {_COLUMNS} FROM member_facts EXCEPT SELECT {_COLUMNS} FROM bench_floor)
    UNION ALL (SELECT {_COLUMNS} FROM bench_floor EXCEPT SELECT {_COLUMNS} FROM member_facts)
) AS different"""  # noqa: S608 - the same


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    try:
        with postgres.running() as cluster, fresh_app(cluster.create("rebuild")):
            bare = _connected(cluster.url("rebuild"))
            _fill(bare, members)
            begun = time.perf_counter()
            bare.execute(_BARE)
            floor = time.perf_counter() - begun
            bare.execute(_TOLD)
            bare.execute("VACUUM ANALYZE customer_facts")
            begun = time.perf_counter()
            rebuild(lambda done: print(f"{done:,} members", file=sys.stderr))
            value = time.perf_counter() - begun
            (different,) = bare.execute(_DIFFERENT).fetchone() or (None,)
            bare.close()
    except postgres.Unavailable as problem:
        print(problem, file=sys.stderr)
        return False
    if different:
        message = f"{different} rows are not those of the aggregate."
        raise RuntimeError(message)
    ratio = value / floor
    name = "insight_rebuild_1m"
    return report(name, value=value, unit="s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET)


def _fill(bare: psycopg.Connection[Any], members: int) -> None:
    """Write everything past the app; indexes are made once, afterwards, and references are known to be right."""
    with unit_of_work():
        units = [factories.unit() for _ in range(4)]
        for number in range(_STORES):
            factories.store(business_unit_id=units[number % 4].id)
    day = (clock.now() - timedelta(days=1)).isoformat()
    bare.execute("CREATE TABLE bench_store AS SELECT row_number() OVER () - 1 AS number, id FROM store")
    indexes = bare.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        bare.execute(f'DROP INDEX "{name}"')
    bare.execute("SET session_replication_role = replica")
    for statement in _FILL:
        values = {":members": str(members), ":sales": str(members * _SALES_EACH), ":day": f"'{day}'"}
        for name, value in values.items():
            statement = statement.replace(name, value)  # noqa: PLW2901 - its values, one after the other
        bare.execute(statement)
    for _, definition in indexes:
        bare.execute(definition)
    bare.execute("ANALYZE")
    print("filled", file=sys.stderr)


def _connected(url: str) -> psycopg.Connection[Any]:
    address: dict[str, Any] = make_url(url).translate_connect_args(username="user", database="dbname")
    return psycopg.connect(**address, autocommit=True)


if __name__ == "__main__":
    raise SystemExit(not main())
