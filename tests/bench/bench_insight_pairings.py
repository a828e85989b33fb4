"""`insight_pairings`: seconds of counting what is bought together and next, on a private PostgreSQL.

The floor is one hand-written statement with the same result, in turn on the same rows: 50,000 members, 500,000 sales
of one to four lines, 3,000 articles of which some sell much more than others. `DANGOL_BENCH_MEMBERS` asks for another
size. Ours numbers members, days and articles in tables of its own and counts pairs in parts, so that it does not
outgrow memory; the floor does all of it at once.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date
from typing import Any

import psycopg

from backend.core.db import db
from backend.insight.offers import counting
from tests import postgres
from tests.bench.harness import fresh_app, report

_MEMBERS = 50_000
_SALES_EACH = 10
_ARTICLES = 3_000
_LAST_DAY = date(2026, 11, 20)
_TARGET = 1.5

_FILL = (
    "SELECT setseed(0.25)",
    (
        "INSERT INTO business_unit (id, code, name, shares, shares_applied, existing_customers)"
        " VALUES (md5('unit')::uuid, 'U', 'U', 'all', 'all', false)"
    ),
    (
        "INSERT INTO store (id, code, name, business_unit_id, time_zone, currency)"
        " VALUES (md5('store')::uuid, 'S', 'S', md5('unit')::uuid, 'Asia/Seoul', 'KRW')"
    ),
    (
        "INSERT INTO product (id, sku, name, currency, business_unit_id)"
        " SELECT md5('p' || n)::uuid, 'P' || n, 'P' || n, 'KRW', md5('unit')::uuid"
        " FROM generate_series(0, %(articles)s - 1) AS n"
    ),
    (
        "INSERT INTO customer (id, name, created_at, updated_at)"
        " SELECT md5('c' || n)::uuid, 'M' || n, now(), now() FROM generate_series(0, %(members)s - 1) AS n"
    ),
    (
        "INSERT INTO sale (id, customer_id, store_id, currency, total, discount, points_redeemed, occurred_at, "
        " received_at, business_day, flags)"
        " SELECT md5('s' || n)::uuid, md5('c' || floor(%(members)s * random() ^ 1.5)::int)::uuid, md5('store')::uuid,"
        " 'KRW', 1000, 0, 0, now(), now(), %(day)s::date - floor(400 * random())::int, '[]'"
        " FROM generate_series(1, %(sales)s) AS n"
    ),
    (
        "INSERT INTO sale_line (sale_id, position, product_id, sku, quantity, amount, discount)"
        " SELECT md5('s' || n)::uuid, place, md5('p' || number)::uuid, 'P' || number, 1, 1000, 0"
        " FROM generate_series(1, %(sales)s) AS n, generate_series(0, n %% 4) AS place,"
        " LATERAL (SELECT floor(%(articles)s * random() ^ 2 + 0 * n + 0 * place)::int AS number) AS chosen"
    ),
    "ANALYZE",
)
_FLOOR = """
WITH sold AS (
  SELECT DISTINCT sale.customer_id, sale.business_day, line.product_id
  FROM sale JOIN sale_line AS line ON line.sale_id = sale.id
  WHERE sale.customer_id IS NOT NULL AND sale.business_day > %(since)s AND sale.business_day <= %(until)s
    AND NOT EXISTS (SELECT 1 FROM sale_return AS back WHERE back.sale_id = sale.id AND back.whole)
), day AS (
  SELECT customer_id, business_day, row_number() OVER (PARTITION BY customer_id ORDER BY business_day) AS number,
         count(*) OVER (PARTITION BY customer_id) AS days
  FROM (SELECT DISTINCT customer_id, business_day FROM sold) AS each
), kept AS (
  SELECT product_id FROM sold GROUP BY product_id HAVING count(DISTINCT customer_id) >= 5
), line AS MATERIALIZED (
  SELECT customer_id, day.number, day.days, product_id,
         count(*) OVER her_own AS times,
         sum(CASE WHEN day.number < day.days THEN 1 ELSE 0 END) OVER her_own AS followed
  FROM sold JOIN day USING (customer_id, business_day) JOIN kept USING (product_id)
  WINDOW her_own AS (PARTITION BY customer_id, product_id)
), buyers AS MATERIALIZED (
  SELECT product_id, count(*) AS buyers, sum(CASE WHEN followed > 0 THEN 1 ELSE 0 END) AS revisiting,
         sum(10000 * times / days) AS often
  FROM (SELECT DISTINCT product_id, customer_id, times, followed, days FROM line) AS hers GROUP BY product_id
), met AS (
  SELECT 0 AS kind, a.product_id AS one, b.product_id AS other, 10000 * count(*) / min(a.times) AS part
  FROM line AS a JOIN line AS b USING (customer_id, number) WHERE a.product_id <> b.product_id
  GROUP BY a.product_id, b.product_id, customer_id
  UNION ALL
  SELECT 1, a.product_id, b.product_id, 10000 * count(*) / min(a.followed)
  FROM line AS a JOIN line AS b ON b.customer_id = a.customer_id AND b.number = a.number + 1
  WHERE a.product_id <> b.product_id
  GROUP BY a.product_id, b.product_id, a.customer_id
), pair AS (
  SELECT kind, one, other, count(*) AS members, sum(part)::bigint AS often
  FROM met GROUP BY kind, one, other HAVING count(*) >= 5
), judged AS (
  SELECT kind, one, other, members,
         pair.often / (10 * CASE WHEN kind = 0 THEN its.buyers ELSE its.revisiting END) AS share,
         pair.often * (SELECT count(DISTINCT customer_id) FROM day) * 100
           / ((CASE WHEN kind = 0 THEN its.buyers ELSE its.revisiting END) * theirs.often::bigint) AS lift
  FROM pair JOIN buyers AS its ON its.product_id = one JOIN buyers AS theirs ON theirs.product_id = other
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY one, kind ORDER BY share DESC, lift DESC, other) AS place
  FROM judged WHERE lift >= 120 AND share > 0
)
SELECT its.sku, theirs.sku, kind, share, lift, members FROM ranked
JOIN product AS its ON its.id = one JOIN product AS theirs ON theirs.id = other
WHERE place <= 4
"""


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    try:
        with postgres.running() as cluster:
            url = cluster.create("pairings")
            with fresh_app(url):
                return _measure(url.replace("+psycopg", ""), members)
    except postgres.Unavailable as problem:
        print(problem, file=sys.stderr)
        return False


def _measure(url: str, members: int) -> bool:
    sizes = {"members": members, "sales": members * _SALES_EACH, "articles": _ARTICLES, "day": _LAST_DAY}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _FILL:
            connection.execute(statement, sizes if "%(" in statement else None)
        begun = time.perf_counter()
        asked = {"since": _LAST_DAY - counting.WINDOW, "until": _LAST_DAY}
        wanted = {tuple(int(each) if place > 1 else each for place, each in enumerate(row))
                  for row in connection.execute(_FLOOR, asked)}  # fmt: skip
        floor = time.perf_counter() - begun
    begun = time.perf_counter()
    found = counting.count(_LAST_DAY)
    value = time.perf_counter() - begun
    db.session.rollback()
    pairs: set[tuple[Any, ...]] = {
        (whose.key.removeprefix("sku:"), *partner)
        for whose, partners in found.items()
        if whose.key.startswith("sku:")
        for partner in partners
    }
    if pairs != wanted or not pairs:
        message = f"The results differ: {len(pairs - wanted)} of ours, {len(wanted - pairs)} of the floor's."
        raise RuntimeError(message)
    print(f"{len(pairs):,} partners of {len(found):,} rows", file=sys.stderr)
    ratio = value / floor
    return report(
        "insight_pairings", value=value, unit="s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET
    )


if __name__ == "__main__":
    raise SystemExit(not main())
