"""The facts of members worked out from their sales: one statement for any number of members, on either database."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import orjson
from sqlalchemy import TextClause, column, text

from backend.core.db import db, table_of
from backend.insight.facts.cycles import tell_cycles
from backend.insight.facts.models import SEPARATOR, MemberFacts
from backend.organization import unshared_stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

_SOME, _RANGE = "some", "range"
_WORDS: Final = {
    "sqlite": {
        "tally": "json_group_object",
        "list": "json_array",
        "nothing": "'{}'",
        "whole": "integer",
        "cycle": """SELECT customer_id, sum(CASE WHEN place = (gaps + 1) / 2 THEN days ELSE 0 END)
        + sum(CASE WHEN place = (gaps + 2) / 2 THEN days ELSE 0 END) AS twice
    FROM (
        SELECT customer_id, days, row_number() OVER (PARTITION BY customer_id ORDER BY days) AS place,
            count(*) OVER (PARTITION BY customer_id) AS gaps
        FROM gap
    ) AS ranked
    WHERE gaps >= 3
    GROUP BY customer_id""",
        "gap": "CAST(julianday(business_day) - julianday(before) AS integer)",
        "hour": "local_hour(bought.occurred_at, store.time_zone)",
        "unshared": "(SELECT value FROM json_each(:unshared))",
        _SOME: "IN (SELECT value FROM json_each(:ids))",
        _RANGE: "BETWEEN :first AND :last",
    },
    "postgresql": {
        "tally": "jsonb_object_agg",
        "list": "jsonb_build_array",
        "nothing": "'{}'::jsonb",
        "whole": "bigint",
        "cycle": """SELECT customer_id, 2 * percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS twice
    FROM gap
    GROUP BY customer_id
    HAVING count(*) >= 3""",
        "gap": "(business_day - before)",
        "hour": "CAST(extract(hour FROM bought.occurred_at AT TIME ZONE store.time_zone) AS integer)",
        "unshared": "(SELECT CAST(jsonb_array_elements_text(CAST(:unshared AS jsonb)) AS uuid))",
        _SOME: "IN (SELECT CAST(jsonb_array_elements_text(CAST(:ids AS jsonb)) AS uuid))",
        _RANGE: "BETWEEN CAST(:first AS uuid) AND CAST(:last AS uuid)",
    },
}
"""What the two databases call differently."""

# Sales are found by ix_sale_customer, what came back by ix_sale_return_sale, lines by their sale.
_WORKED_OUT = """
WITH bought AS (
    SELECT sale.id, sale.customer_id, sale.store_id, sale.currency, sale.business_day, sale.occurred_at, sale.total,
        sale.discount
    FROM sale
    WHERE sale.customer_id {whose} AND {counts}
), back AS (
    SELECT sale_return.sale_id, sale_return_line.line, CAST(sum(sale_return_line.quantity) AS {whole}) AS pieces
    FROM sale_return
    JOIN sale_return_line ON sale_return_line.return_id = sale_return.id
    JOIN bought ON bought.id = sale_return.sale_id
    WHERE sale_return_line.quantity > 0
    GROUP BY sale_return.sale_id, sale_return_line.line
), came_back AS (
    SELECT back.sale_id, back.line,
        CASE WHEN back.pieces < sale_line.quantity THEN back.pieces ELSE sale_line.quantity END AS pieces,
        CASE WHEN sale_line.amount < 0 THEN 0 WHEN back.pieces < sale_line.quantity
            THEN sale_line.amount * back.pieces / sale_line.quantity ELSE sale_line.amount END AS amount
    FROM back
    JOIN sale_line ON sale_line.sale_id = back.sale_id AND sale_line.position = back.line AND sale_line.quantity > 0
), refund AS (
    SELECT sale_id, CAST(sum(amount) AS {whole}) AS amount FROM came_back GROUP BY sale_id
), day AS (
    SELECT customer_id, business_day, count(*) AS sales FROM bought GROUP BY customer_id, business_day
), gap AS (
    SELECT customer_id, {gap} AS days
    FROM (
        SELECT customer_id, business_day,
            lag(business_day) OVER (PARTITION BY customer_id ORDER BY business_day) AS before
        FROM day
    ) AS following
    WHERE before IS NOT NULL
), cycle AS (
    {cycle}
), days AS (
    SELECT customer_id, min(business_day) AS first_on, max(business_day) AS last_on, count(*) AS purchase_days,
        CAST(sum(sales) AS {whole}) AS sales, {tally}(CAST(business_day AS text), sales) AS tally
    FROM day
    GROUP BY customer_id
), stores AS (
    SELECT customer_id, {tally}(store, {list}(sales, amount, discounted, discount)) AS tally
    FROM (
        SELECT bought.customer_id, CAST(bought.store_id AS text) || '|' || bought.currency AS store, count(*) AS sales,
            CAST(sum(bought.total - coalesce(refund.amount, 0)) AS {whole}) AS amount,
            count(CASE WHEN bought.discount > 0 THEN 1 END) AS discounted,
            CAST(sum(bought.discount) AS {whole}) AS discount
        FROM bought
        LEFT JOIN refund ON refund.sale_id = bought.id
        GROUP BY bought.customer_id, bought.store_id, bought.currency
    ) AS at_store
    GROUP BY customer_id
), hours AS (
    SELECT customer_id, {tally}(CAST(hour AS text), sales) AS tally
    FROM (
        SELECT bought.customer_id, {hour} AS hour, count(*) AS sales
        FROM bought
        JOIN store ON store.id = bought.store_id
        GROUP BY 1, 2
    ) AS at_hour
    GROUP BY customer_id
), goods AS (
    SELECT customer_id,
        {tally}(currency || :between || category || :between || brand, {list}(pieces, amount)) AS tally
    FROM (
        SELECT bought.customer_id, bought.currency, coalesce(product.category, '') AS category,
            coalesce(product.brand, '') AS brand,
            CAST(sum(sale_line.quantity - coalesce(came_back.pieces, 0)) AS {whole}) AS pieces,
            CAST(sum(sale_line.amount - coalesce(came_back.amount, 0)) AS {whole}) AS amount
        FROM bought
        JOIN sale_line ON sale_line.sale_id = bought.id
        JOIN product ON product.id = sale_line.product_id
        LEFT JOIN came_back ON came_back.sale_id = sale_line.sale_id AND came_back.line = sale_line.position
        GROUP BY bought.customer_id, bought.currency, coalesce(product.category, ''), coalesce(product.brand, '')
    ) AS of_kind
    WHERE pieces <> 0 OR amount <> 0
    GROUP BY customer_id
)
SELECT days.customer_id, days.first_on, days.last_on, days.purchase_days, days.sales,
    CAST(cycle.twice AS integer) AS cycle_twice, days.tally AS days, stores.tally AS stores, hours.tally AS hours,
    coalesce(goods.tally, {nothing}) AS goods
FROM days
JOIN stores ON stores.customer_id = days.customer_id
JOIN hours ON hours.customer_id = days.customer_id
LEFT JOIN goods ON goods.customer_id = days.customer_id
LEFT JOIN cycle ON cycle.customer_id = days.customer_id
"""
_COLUMNS: Final = "customer_id, first_on, last_on, purchase_days, sales, cycle_twice, days, stores, hours, goods"
_STORED_AS_FOUND = """ON CONFLICT (customer_id) DO UPDATE SET first_on = excluded.first_on, last_on = excluded.last_on,
    purchase_days = excluded.purchase_days, sales = excluded.sales, cycle_twice = excluded.cycle_twice,
    days = excluded.days, stores = excluded.stores, hours = excluded.hours, goods = excluded.goods"""
_READ_AS: Final = tuple(column(each.name, each.type) for each in table_of(MemberFacts).c)
_NOTHING_LEFT = """
DELETE FROM member_facts
WHERE customer_id {whose} AND NOT EXISTS (
    SELECT 1 FROM sale WHERE sale.customer_id = member_facts.customer_id AND {counts}
)
"""
_COUNTS = """sale.store_id NOT IN {unshared}
        AND NOT EXISTS (SELECT 1 FROM sale_return WHERE sale_return.sale_id = sale.id AND sale_return.whole)"""


def work_out(ids: Sequence[str]) -> None:
    """Work the facts of these members out from all of their sales, within a unit of work that holds them."""
    _write(_SOME, ids=orjson.dumps(list(ids)).decode())
    tell_cycles(ids)


def work_out_between(first: str, last: str) -> None:
    """The same for everybody whose id lies from `first` to `last`; their cycles are told by `tell_cycles`."""
    _write(_RANGE, first=first, last=last)


def as_of(until: date, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The facts of these members, by column, as their sales up to a day tell them, by id; nothing is stored."""
    dialect = db.engine.dialect.name
    words = _WORDS[dialect] | {"whose": _WORDS[dialect][_SOME]}
    before = "CAST(:until AS date)" if dialect == "postgresql" else ":until"
    counts = f"{_COUNTS} AND sale.business_day <= {before}".format(**words)
    statement = text(f"{_WORKED_OUT.format(**words, counts=counts)} ORDER BY days.customer_id").columns(*_READ_AS)
    values = {"unshared": _unshared(), "between": SEPARATOR, "until": until.isoformat()}
    asked = values | {"ids": orjson.dumps(list(ids)).decode()}
    yield from map(dict, db.session.execute(statement, asked).mappings())


def for_everybody() -> str:
    """The statement that works out everybody's facts, for PostgreSQL, without parameters."""
    values = {":between": f"E'\\x{ord(SEPARATOR):02x}'", ":unshared": f"'{_unshared()}'"}
    words = _WORDS["postgresql"] | {"whose": "IS NOT NULL"}
    statement = _WORKED_OUT.format(**words, counts=_COUNTS.format(**words))
    for name, value in values.items():
        statement = statement.replace(name, value)
    return statement


def store_from(table: str, where: str) -> str:
    """The statement that stores facts which `table` holds, where they are not what is stored."""
    return f"""INSERT INTO member_facts ({_COLUMNS}) SELECT {_COLUMNS} FROM {table} WHERE {where}
        {_STORED_AS_FOUND}
        WHERE ({_of("member_facts")}) IS DISTINCT FROM ({_of("excluded")})"""  # noqa: S608 - names of ours


def _of(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in _COLUMNS.split(", "))


def _unshared() -> str:
    return orjson.dumps(sorted(unshared_stores())).decode()


def _write(whose: str, **values: str) -> None:
    values |= {"unshared": _unshared()}
    db.session.flush()
    nothing_left, worked_out = _statements(db.engine.dialect.name, whose)
    db.session.execute(nothing_left, values)
    db.session.execute(worked_out, values | {"between": SEPARATOR})


@lru_cache(maxsize=4)
def _statements(dialect: str, whose: str) -> tuple[TextClause, TextClause]:
    """What takes away facts of which nothing is left, and what stores the others. SQLite wants its `WHERE true`."""
    words = _WORDS[dialect]
    words = words | {"whose": words[whose], "counts": _COUNTS.format(**words)}
    worked_out = _WORKED_OUT.format(**words)
    stored = f"INSERT INTO member_facts ({_COLUMNS}) {worked_out} WHERE true {_STORED_AS_FOUND}"
    return text(_NOTHING_LEFT.format(**words)), text(stored)
