# ruff: noqa: S608 - Statements of our own, with numbers and ids of our own.
"""A house with any number of members and ten or so sales each, written by the database itself: set after set.

Everything that rules ask for is there: who members are, what they agreed to, like and hold, what they bought and
brought back. Their ids are in the order in which they joined and end at random, as real ones do; how often somebody
buys is uneven, and sales lie as they came in, so that a member's are far apart.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import db, unit_of_work
from backend.customers import Customer
from backend.insight.facts import derived
from backend.insight.scoring import InsightModel
from backend.loyalty import Grade
from backend.segments import Segment
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Sequence

STORES, PRODUCTS = 40, 2_000
DISTRICTS = tuple(
    f"{each}구"
    for each in [
        "강남",
        "서초",
        "송파",
        "마포",
        "용산",
        "종로",
        "중",
        "성동",
        "광진",
        "강북",
        "도봉",
        "노원",
        "은평",
        "양천",
        "강서",
    ]
)
GRADES = ("basic", "silver", "gold", "platinum")
TASTES = tuple(f"취향 {number}" for number in range(20))
_DAYS = 730


@dataclass(frozen=True)
class House:
    """What is there; the last sales were on `today`."""

    today: date
    members: int
    units: tuple[str, ...]
    stores: tuple[str, ...]
    coupons: tuple[str, ...]
    listed: str

    def product(self, number: int) -> str:
        """The id of a product."""
        return f"01900000-0000-7000-8000-{300_000_000_000 + number}"


@dataclass(frozen=True)
class _Spelled:
    """How a database spells what the statements are made of."""

    sqlite: bool
    today: date

    def series(self, count: int) -> str:
        if self.sqlite:
            counted = f"SELECT 0 UNION ALL SELECT i + 1 FROM series WHERE i < {count - 1}"
            return f"(WITH RECURSIVE series(i) AS ({counted}) SELECT i FROM series) AS series"
        return f"(SELECT i FROM generate_series(CAST(0 AS bigint), {count - 1}) AS i) AS series"

    def below(self, limit: int) -> str:
        """A random whole number."""
        return f"(abs(random()) % {limit})" if self.sqlite else f"CAST(floor(random() * {limit}) AS bigint)"

    def skewed(self, limit: int) -> str:
        """The same, lower ones more often."""
        return f"({self.below(limit)} * {self.below(limit)} / {limit})"

    def hex(self, digits: int) -> str:
        number = self.below(16**digits)
        return f"printf('%0{digits}x', {number})" if self.sqlite else f"lpad(to_hex({number}), {digits}, '0')"

    def id(self, text: str) -> str:
        return text if self.sqlite else f"CAST({text} AS uuid)"

    def counted_id(self, number: str) -> str:
        """An id that ends in a number of twelve digits."""
        return self.id(f"'01900000-0000-7000-8000-' || CAST({number} AS text)")

    def new_id(self, hours: str) -> str:
        """An id of version 7 made at that hour, with a random end."""
        stamp = f"({1_640_000_000_000} + ({hours}) * 3600)"
        text = f"printf('%012x', {stamp})" if self.sqlite else f"lpad(to_hex({stamp}), 12, '0')"
        beginning = f"substr({text}, 1, 8) || '-' || substr({text}, 9, 4) || '-7' || {self.hex(3)}"
        return self.id(f"{beginning} || '-8' || {self.hex(3)} || '-' || {self.hex(6)} || {self.hex(6)}")

    def day(self, ago: str) -> str:
        if self.sqlite:
            return f"date('{self.today}', printf('%+d days', 0 - ({ago})))"
        return f"(DATE '{self.today}' - CAST({ago} AS int))"

    def at(self, ago: str) -> str:
        if self.sqlite:
            return f"({self.day(ago)} || ' 03:00:00.000000')"
        return f"(TIMESTAMPTZ '{self.today} 03:00:00+00' - make_interval(days => CAST({ago} AS int)))"

    def pick(self, values: Sequence[str | None]) -> str:
        """One of a few values at random."""
        if self.sqlite:
            return f"json_extract('{json.dumps(values, ensure_ascii=False)}', '$[' || {self.below(len(values))} || ']')"
        listed = ", ".join("NULL" if each is None else f"'{each}'" for each in values)
        return f"(ARRAY[{listed}])[1 + {self.below(len(values))}]"


def build(members: int, sales: int, today: date) -> House:
    """Fill an empty database; the house that it holds then."""
    house = _made(members, today)
    sqlite = db.engine.dialect.name == "sqlite"
    spelled = _Spelled(sqlite, today)
    pooled = db.engine.raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    if not sqlite:
        connection.autocommit = True
    indexes = _without_indexes(connection, sqlite=sqlite)
    connection.execute("PRAGMA foreign_keys = OFF" if sqlite else "SET session_replication_role = replica")
    connection.execute("PRAGMA synchronous = OFF" if sqlite else "SET work_mem = '256MB'")
    statements = [*_members(spelled, house), *_sales(spelled, house, sales), *indexes]
    if not sqlite:
        columns = derived._COLUMNS  # noqa: SLF001 - the columns of the facts, in their order
        facts = f"INSERT INTO member_facts ({columns}) {derived.for_everybody()}"
        statements += ["ANALYZE", "SET jit = off", facts, "VACUUM ANALYZE"]
    db.session.rollback()
    for statement in statements:
        _execute(connection, statement)
    connection.close()
    if sqlite:
        ends = db.session.execute(select(db.func.min(Customer.id), db.func.max(Customer.id))).one()
        with unit_of_work():
            derived._write("range", first=ends[0], last=ends[1])  # noqa: SLF001 - without telling tablets
    db.session.rollback()
    return house


def _made(members: int, today: date) -> House:
    """What is few: units, stores, grades, coupons, a list, a model."""
    with unit_of_work():
        units = [factories.unit().id for _ in range(4)]
        stores = [factories.store(business_unit_id=units[number % 4]).id for number in range(STORES)]
        coupons = [factories.coupon(ends_on=today + timedelta(days=each)).id for each in (30, -30)]
        listed = Segment(name="목록", kind="list")
        db.session.add_all([listed, InsightModel(version=1, as_of=today)])
        db.session.add_all(Grade(code=code, name=code, rank=rank) for rank, code in enumerate(GRADES, 1))
        db.session.flush()
        return House(today, members, tuple(units), tuple(stores), tuple(coupons), listed.id)


def _members(to: _Spelled, house: House) -> list[str]:
    """Statements that fill the tables of members; `some(n)` are n members of a hundred."""
    units, coupons = house.units, house.coupons
    model = db.session.scalars(select(InsightModel.id)).one()
    db.session.rollback()

    def some(share: int) -> str:
        return f"FROM bench_member WHERE {to.below(100)} < {share}"

    return [
        f"CREATE TABLE bench_member AS SELECT i AS number, {to.new_id('i')} AS id FROM {to.series(house.members)}",
        "CREATE UNIQUE INDEX bench_member_number ON bench_member (number)",
        f"""INSERT INTO customer (id, name, phone, email, language, birth_date, sex, nationality, district,
            home_store_id, created_at, updated_at)
        SELECT id, '회원', '+82' || CAST({to.below(90_000_000)} + 1010000000 AS text),
            {to.pick(["a@example.com", None, None])}, {to.pick(["ko", "ko", "ko", "ko", "en", "zh", "ja", None])},
            {to.day(f"{to.below(22_000)} + 6000")}, {to.pick(["f", "f", "f", "m", "m", None])},
            {to.pick(["KR", "KR", "KR", "CN", "JP", None])}, {to.pick([*DISTRICTS, None])},
            {to.id(to.pick(house.stores))}, {to.at(f"1400 * ({house.members} - number) / {house.members}")},
            {to.at("0")} FROM bench_member ORDER BY number""",
        f"""INSERT INTO customer_facts (customer_id, grade, points, last_basket, purchase_gaps, cycle_days, sms_senders,
            night_senders)
        SELECT id, {to.pick([*["basic"] * 12, *["silver"] * 5, *["gold"] * 2, "platinum"])}, {to.skewed(40_000)},
            '[["P1", 2, 18000], ["P2", 1, 9000]]', '[30, 25, 41]', 30.5, '["DF1", "DF2"]', '[]'
        FROM bench_member ORDER BY number""",
        f"""INSERT INTO member_grade (id, customer_id, code, since, invited)
        SELECT customer_id, customer_id, grade, {to.day(to.below(700))}, false FROM customer_facts""",
        *(
            f"""INSERT INTO consent_entry (id, customer_id, purpose, channel, sender_id, night, granted,
                wording_version, guardian, occurred_at, recorded_at)
            SELECT {to.new_id("number * 3")}, id, '{purpose}', {channel}, {sender}, false, {granted}, '1', false,
                {to.at(to.below(900))}, {to.at("0")} {some(share)}"""
            for purpose, channel, sender, granted, share in (
                ("marketing", "'sms'", to.id(to.pick(units)), "true", 65),
                ("marketing", "'call'", to.id(to.pick(units)), "true", 20),
                ("marketing", "NULL", "NULL", "false", 7),
                ("profiling", "NULL", "NULL", "true", 40),
            )
        ),
        f"""INSERT INTO preference (id, customer_id, kind, value)
        SELECT {to.new_id("number * 3")}, id, {to.pick(["like", "like", "dislike"])}, {to.pick(TASTES)} {some(30)}""",
        f"""INSERT INTO card (number, customer_id, business_unit_id, kind, created_at)
        SELECT 'C' || CAST(number AS text), id, {to.id(to.pick(units))}, 'unit', {to.at("0")} {some(80)}""",
        f"""INSERT INTO life_event (id, customer_id, kind, day, yearly)
        SELECT {to.new_id("number * 3")}, id, {to.pick(["wedding", "child", "other"])}, {to.day(to.below(4_000))}, true
        {some(40)}""",
        f"""INSERT INTO trip (id, customer_id, departs_at, zone)
        SELECT {to.new_id("number * 3")}, id, {to.at(f"{to.below(100)} - 60")}, 'Asia/Seoul' {some(5)}""",
        f"""INSERT INTO points_entry (id, customer_id, kind, points, business_unit_id, occurred_at, business_day,
            expires_on)
        SELECT {to.new_id("number * 3")}, id, 'gift', 1 + {to.below(5_000)}, {to.id(f"'{units[0]}'")}, {to.at("0")},
            {to.day("0")}, {to.day(f"0 - {to.below(700)}")} {some(60)}""",
        """INSERT INTO points_lot (id, customer_id, business_unit_id, points, open, expired, expires_on)
        SELECT id, customer_id, business_unit_id, points, points, 0, expires_on FROM points_entry""",
        *(
            f"""INSERT INTO coupon_code (code, coupon_id, customer_id, issued_at)
            SELECT '{each}' || CAST(number + 1000000000 AS text), {to.id(f"'{coupon}'")}, id, {to.at("10")}
            {some(25)}"""
            for each, coupon in enumerate(coupons)
        ),
        f"""INSERT INTO segment_member (segment_id, member_id, customer_id, since)
        SELECT {to.id(f"'{house.listed}'")}, id, id, {to.at("0")} {some(10)}""",
        f"""INSERT INTO member_score (customer_id, model_id, as_of, alive, return_28, return_56, worth, stake, currency,
            reasons)
        SELECT id, {to.id(f"'{model}'")}, {to.day("0")}, {to.below(1000)} / 1000.0, {to.below(1000)} / 1000.0,
            {to.below(1000)} / 1000.0, {to.skewed(2_000_000)}, {to.skewed(900_000)}, 'KRW',
            '[{{"code": "recency", "effect": -0.5, "numbers": {{}}}}]' {some(38)} ORDER BY number""",
    ]


def _sales(to: _Spelled, house: House, sales: int) -> list[str]:
    """Statements that fill the tables of sales: every second has two lines, one in a hundred came back, one in part."""
    ago = f"({_DAYS - 1} - i * {_DAYS} / {sales})"
    sale = to.counted_id("100000000000 + i")
    products = to.counted_id(f"300000000000 + {to.skewed(PRODUCTS)}")
    return [
        f"""INSERT INTO product (id, sku, name, category, brand, currency)
        SELECT {to.counted_id("300000000000 + i")}, 'P' || CAST(i AS text), '상품 ' || CAST(i AS text),
            '분류 ' || CAST(i % 30 AS text), '브랜드 ' || CAST(i / 30 % 12 AS text), 'KRW'
        FROM {to.series(PRODUCTS)}""",
        f"""INSERT INTO sale (id, customer_id, store_id, currency, total, discount, points_redeemed, occurred_at,
            received_at, business_day, flags)
        WITH sold AS {"MATERIALIZED" if to.sqlite else "NOT MATERIALIZED"} (
            SELECT i, {to.skewed(house.members)} AS whose, {to.pick(house.stores)} AS store,
                {to.pick([*["KRW"] * 9, "USD"])} AS currency, (1 + i % 2) * 1000 * (1 + i % 90) AS total,
                {to.at(ago)} AS at, {to.day(ago)} AS day
            FROM {to.series(sales)}
        )
        SELECT {sale}, bench_member.id, {to.id("store")}, currency, total, 0, 0, at, at, day, '[]'
        FROM sold JOIN bench_member ON bench_member.number = sold.whose ORDER BY i""",
        f"""INSERT INTO sale_line (sale_id, position, product_id, sku, quantity, amount, discount)
        SELECT {sale}, position, {products}, 'P', 2, 1000 * (1 + i % 90), 0
        FROM {to.series(sales)} JOIN (SELECT 0 AS position UNION ALL SELECT 1) AS places ON position <= i % 2""",
        f"""INSERT INTO sale_return (id, sale_id, store_id, reason, occurred_at, received_at, business_day, flags,
            whole)
        SELECT {to.counted_id("200000000000 + i")}, {sale}, {to.id(f"'{house.stores[0]}'")}, '', {to.at("0")},
            {to.at("0")}, {to.day("0")}, '[]', i % 100 = 0
        FROM {to.series(sales)} WHERE i % 100 IN (0, 50)""",
        f"""INSERT INTO sale_return_line (return_id, position, line, quantity)
        SELECT {to.counted_id("200000000000 + i")}, 0, 0, CASE WHEN i % 100 = 0 THEN 2 ELSE 1 END
        FROM {to.series(sales)} WHERE i % 100 IN (0, 50)""",
        f"""INSERT INTO coupon_use (id, sale_id, code, coupon_id, customer_id, state, flags, worth, currency, used_at)
        SELECT {to.new_id("CAST(number AS bigint)")}, {to.counted_id("100000000000 + number")}, code, coupon_id,
            customer_id, 'counted', '[]', 3000, 'KRW', {to.at("5")}
        FROM (
            SELECT row_number() OVER (ORDER BY code) - 1 AS number, code, coupon_id, customer_id FROM coupon_code
        ) AS issued WHERE number % 3 = 0""",
    ]


def _without_indexes(connection: Any, *, sqlite: bool) -> list[str]:
    """Drop what can be made once at the end; the statements that make it."""
    if sqlite:
        found = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name LIKE '%sale%'"
        )
    else:
        found = """SELECT indexname, indexdef FROM pg_indexes
            WHERE schemaname = 'public' AND indexname LIKE ANY (ARRAY['ix_%', 'uq_sale%', 'uq_coupon_use%'])"""
    indexes = [(row[0], row[1]) for row in connection.execute(found)]
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in indexes]


def _execute(connection: Any, statement: str) -> None:
    begun = time.perf_counter()
    connection.execute(statement)
    took = time.perf_counter() - begun
    if took > 1:
        print(f"{took:6.1f} s  {' '.join(statement.split())[:90]}", file=sys.stderr, flush=True)
