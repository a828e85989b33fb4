# ruff: noqa: S608 - Statements of our own, with ids and days of our own.
"""Twenty questions that a marketer asks on one screen: each as a rule, and as somebody would write it by hand.

By hand: what an engineer writes who knows the tables and the indexes, and reads nothing that the question does not
need.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from tests.bench.house_of_members import House


class Question(NamedTuple):
    """What is asked: `rule` for the language, `by_hand` a count in SQL that both databases read."""

    name: str
    rule: dict[str, Any]
    by_hand: str


def _is(name: str, op: str, value: Any, **parameters: Any) -> dict[str, Any]:
    return {"is": name, "op": op, "value": value, **parameters}


_SOLD = """NOT EXISTS (SELECT 1 FROM sale_return AS whole WHERE whole.sale_id = sale.id AND whole.whole)"""
_BACK = """(SELECT sale_id, line, sum(sale_return_line.quantity) AS pieces
    FROM sale_return JOIN sale_return_line ON return_id = sale_return.id
    WHERE sale_return_line.quantity > 0 GROUP BY sale_id, line) AS back"""


def questions(house: House, *, sqlite: bool) -> list[Question]:
    """All of them, of a house."""
    here = _Here(house, sqlite=sqlite)
    return [*_of_members(here), *_of_purchases(here), *_of_everything(here)]


class _Here:
    def __init__(self, house: House, *, sqlite: bool) -> None:
        self.house, self.sqlite = house, sqlite
        self.unit, self.store = house.units[1], house.stores[7]

    def ago(self, days: int) -> str:
        return f"'{self.house.today - timedelta(days=days)}'"

    def began(self, days: int) -> str:
        """When a day began in Seoul, so many days ago."""
        day: date = self.house.today - timedelta(days=days)
        at = datetime.combine(day, time(), UTC) - timedelta(hours=9)
        return f"'{at:%Y-%m-%d %H:%M:%S.%f}'" if self.sqlite else f"'{at:%Y-%m-%d %H:%M:%S}+00'"

    def month_day(self, column: str) -> str:
        if self.sqlite:
            return f"CAST(substr({column}, 6, 2) || substr({column}, 9, 2) AS INTEGER)"
        return f"(extract(month FROM {column}) * 100 + extract(day FROM {column}))"

    def silence(self) -> str:
        if self.sqlite:
            return f"CAST(julianday('{self.house.today}') - julianday(last_on) AS INTEGER)"
        return f"(DATE '{self.house.today}' - last_on)"

    def agreed(self, channel: str) -> str:
        """Nobody of the house is a child or withdrew a refusal by a grant that names it."""
        return f"""EXISTS (SELECT 1 FROM consent_entry AS yes WHERE yes.customer_id = customer.id
                AND yes.purpose = 'marketing' AND yes.granted AND yes.channel = '{channel}'
                AND yes.sender_id = '{self.unit}')
            AND NOT EXISTS (SELECT 1 FROM consent_entry AS no WHERE no.customer_id = customer.id
                AND no.purpose = 'marketing' AND NOT no.granted AND NOT no.night
                AND (no.channel IS NULL OR no.channel = '{channel}')
                AND (no.sender_id IS NULL OR no.sender_id = '{self.unit}')
                AND NOT EXISTS (SELECT 1 FROM consent_entry AS lift WHERE lift.customer_id = customer.id
                    AND lift.lifts_id = no.id AND lift.granted))"""

    def lines(self, chosen: str) -> str:
        """Buyers of lines of which something is left."""
        return f"""FROM sale JOIN sale_line ON sale_line.sale_id = sale.id
            LEFT JOIN {_BACK} ON back.sale_id = sale.id AND back.line = sale_line.position
            WHERE customer_id IS NOT NULL AND {_SOLD} AND sale_line.quantity > coalesce(back.pieces, 0) AND {chosen}"""

    def goods(self, column: str, value: str) -> str:
        return f"product_id IN (SELECT id FROM product WHERE {column} = '{value}')"

    def at_unit(self) -> str:
        return f"store_id IN (SELECT id FROM store WHERE business_unit_id = '{self.unit}')"


def _of_members(here: _Here) -> list[Question]:
    today = here.house.today
    first, last = (
        today.month * 100 + today.day,
        (today + timedelta(days=14)).month * 100 + (today + timedelta(days=14)).day,
    )
    near = f"BETWEEN {first} AND {last}"
    return [
        Question(
            "points", _is("points", "at_least", 10_000), "SELECT count(*) FROM customer_facts WHERE points >= 10000"
        ),
        Question(
            "points and district",
            {"all": [_is("points", "at_least", 10_000), _is("district", "is", "강남구")]},
            """SELECT count(*) FROM customer JOIN customer_facts ON customer_id = id
                WHERE points >= 10000 AND district = '강남구'""",
        ),
        Question(
            "women of thirty to thirty-nine who speak Korean",
            {
                "all": [
                    _is("sex", "is", "f"),
                    _is("age", "at_least", 30),
                    _is("age", "at_most", 39),
                    _is("language", "is", "ko"),
                ]
            },
            f"""SELECT count(*) FROM customer WHERE sex = 'f' AND language = 'ko'
                AND birth_date <= '{today.replace(year=today.year - 30)}'
                AND birth_date > '{today.replace(year=today.year - 40)}'""",
        ),
        Question(
            "birthday within two weeks, or a day to remember",
            {"any": [_is("birthday", "coming", 14), _is("life_event", "coming", 14)]},
            f"""SELECT count(*) FROM customer WHERE {here.month_day("birth_date")} {near} OR id IN (
                SELECT customer_id FROM life_event WHERE yearly AND {here.month_day("day")} {near})""",
        ),
        Question(
            "gold, and agreed to texts",
            {
                "all": [
                    _is("grade", "at_least", "gold"),
                    _is("marketing_consent", "is", value=True, channel="sms", unit=here.unit),
                ]
            },
            f"""SELECT count(*) FROM customer JOIN customer_facts ON customer_id = id
                WHERE grade IN (SELECT code FROM grade WHERE rank >= 3) AND {here.agreed("sms")}""",
        ),
        Question(
            "joined within ninety days and never bought",
            {"all": [_is("joined_days", "within", 90), _is("purchase_count", "at_most", 0)]},
            f"""SELECT count(*) FROM customer WHERE created_at >= {here.began(90)}
                AND NOT EXISTS (SELECT 1 FROM member_facts WHERE customer_id = customer.id)""",
        ),
        Question(
            "points that expire within a month, and an unused coupon",
            {
                "all": [
                    _is("points_expiring", "at_least", 1_000, days=30),
                    _is("coupon", "holds", here.house.coupons[0]),
                ]
            },
            f"""SELECT count(*) FROM (
                SELECT customer_id FROM points_lot
                WHERE open > 0 AND expires_on BETWEEN {here.ago(0)} AND {here.ago(-30)}
                GROUP BY customer_id HAVING sum(open) >= 1000
            ) AS expiring WHERE customer_id IN (
                SELECT customer_id FROM coupon_code WHERE coupon_id = '{here.house.coupons[0]}'
                AND (good_until IS NULL OR good_until >= {here.ago(0)})
                AND NOT EXISTS (SELECT 1 FROM coupon_use
                    WHERE coupon_use.code = coupon_code.code AND state = 'counted'))""",
        ),
    ]


def _of_purchases(here: _Here) -> list[Question]:
    store, house = here.store, here.house
    kind, brand = "분류 3", "브랜드 4"
    return [
        Question(
            "bought within thirty days",
            _is("last_purchase", "within", 30),
            f"SELECT count(*) FROM member_facts WHERE last_on >= {here.ago(30)}",
        ),
        Question(
            "away for half a year, with points",
            {"all": [_is("last_purchase", "longer_ago", 180), _is("points", "at_least", 1_000)]},
            f"""SELECT count(*) FROM member_facts JOIN customer_facts USING (customer_id)
                WHERE last_on < {here.ago(180)} AND points >= 1000""",
        ),
        Question(
            "bought at a store within ninety days",
            _is("purchase_count", "at_least", 1, store=store, within_days=90),
            f"""SELECT count(DISTINCT customer_id) FROM sale WHERE store_id = '{store}'
                AND business_day >= {here.ago(90)} AND {_SOLD}""",
        ),
        Question(
            "three purchases within ninety days",
            _is("purchase_count", "at_least", 3, within_days=90),
            f"""SELECT count(*) FROM (SELECT customer_id FROM sale WHERE customer_id IS NOT NULL
                AND business_day >= {here.ago(90)} AND {_SOLD} GROUP BY customer_id HAVING count(*) >= 3) AS found""",
        ),
        Question(
            "half a million won within a year",
            _is("purchase_sum", "at_least", 500_000, currency="KRW", within_days=365),
            f"""SELECT count(*) FROM (SELECT customer_id FROM sale
                LEFT JOIN (SELECT back.sale_id, sum(amount * CASE WHEN pieces < quantity THEN pieces ELSE quantity END
                        / quantity) AS amount
                    FROM {_BACK} JOIN sale_line ON sale_line.sale_id = back.sale_id AND position = back.line
                    GROUP BY back.sale_id) AS refund ON refund.sale_id = sale.id
                WHERE customer_id IS NOT NULL AND currency = 'KRW' AND business_day >= {here.ago(365)} AND {_SOLD}
                GROUP BY customer_id HAVING sum(total - coalesce(refund.amount, 0)) >= 500000) AS found""",
        ),
        Question(
            "bought one product",
            _is("purchase_count", "at_least", 1, product=house.product(700)),
            f"SELECT count(DISTINCT customer_id) {here.lines(f'''product_id = '{house.product(700)}' ''')}",
        ),
        Question(
            "bought a category within half a year, three times",
            _is("purchase_count", "at_least", 3, category=kind, within_days=180),
            f"""SELECT count(*) FROM (SELECT customer_id
                {here.lines(f"{here.goods('category', kind)} AND business_day >= {here.ago(180)}")}
                GROUP BY customer_id HAVING count(DISTINCT sale.id) >= 3) AS found""",
        ),
        Question(
            "a hundred thousand won on a category at a unit within a year",
            _is("purchase_sum", "at_least", 100_000, currency="KRW", category=kind, unit=here.unit, within_days=365),
            f"""SELECT count(*) FROM (SELECT customer_id FROM sale JOIN sale_line ON sale_line.sale_id = sale.id
                LEFT JOIN {_BACK} ON back.sale_id = sale.id AND back.line = sale_line.position
                WHERE customer_id IS NOT NULL AND {_SOLD} AND currency = 'KRW' AND business_day >= {here.ago(365)}
                AND {here.at_unit()} AND {here.goods("category", kind)}
                GROUP BY customer_id HAVING sum(amount
                    - amount * CASE WHEN pieces IS NULL THEN 0 WHEN pieces < quantity THEN pieces ELSE quantity END
                        / quantity) >= 100000) AS found""",
        ),
        Question(
            "one brand and never another",
            {
                "all": [
                    _is("purchase_count", "at_least", 1, brand=brand),
                    {"not": _is("purchase_count", "at_least", 1, brand="브랜드 5")},
                ]
            },
            f"""SELECT count(*) FROM (SELECT DISTINCT customer_id {here.lines(here.goods("brand", brand))}) AS found
                WHERE NOT EXISTS (SELECT 1 FROM (
                    SELECT customer_id {here.lines(here.goods("brand", "브랜드 5"))}) AS other
                    WHERE other.customer_id = found.customer_id)""",
        ),
    ]


def _of_everything(here: _Here) -> list[Question]:
    house = here.house
    return [
        Question(
            "often here, and late",
            {
                "all": [
                    _is("purchase_days", "at_least", 6),
                    _is("cycle", "at_most", 60),
                    _is("overdue", "at_least", 150),
                ]
            },
            f"""SELECT count(*) FROM member_facts WHERE purchase_days >= 6 AND cycle_twice <= 120
                AND {here.silence()} * 200 >= cycle_twice * 150""",
        ),
        Question(
            "worth much and unlikely to return",
            {
                "all": [
                    _is("return_chance", "at_most", 30, days="28"),
                    _is("worth", "at_least", 300_000, currency="KRW"),
                    _is("purchase_days", "at_least", 4),
                ]
            },
            """SELECT count(*) FROM member_score JOIN member_facts USING (customer_id)
                WHERE return_28 <= 0.3 AND worth >= 300000 AND currency = 'KRW' AND purchase_days >= 4""",
        ),
        Question(
            "on a list, and not here for two months",
            {"all": [_is("segment", "in", house.listed), {"not": _is("last_purchase", "within", 60)}]},
            f"""SELECT count(DISTINCT customer_id) FROM segment_member WHERE segment_id = '{house.listed}'
                AND NOT EXISTS (SELECT 1 FROM member_facts
                    WHERE member_facts.customer_id = segment_member.customer_id AND last_on >= {here.ago(60)})""",
        ),
        Question(
            "a whole screen",
            {
                "all": [
                    {
                        "any": [
                            _is("district", "is", ["강남구", "서초구"]),
                            _is("home_store", "is", list(house.stores[:4])),
                        ]
                    },
                    _is("points", "at_least", 1_000),
                    _is("marketing_consent", "is", value=True, channel="sms", unit=here.unit),
                    _is("purchase_count", "at_least", 2, unit=here.unit, within_days=365),
                    _is("preference", "has_not", "취향 3", kind="dislike"),
                    {"not": _is("coupon", "used", house.coupons[0])},
                ]
            },
            f"""SELECT count(*) FROM customer JOIN customer_facts ON customer_facts.customer_id = customer.id
                WHERE (district IN ('강남구', '서초구')
                    OR home_store_id IN ({", ".join(f"'{each}'" for each in house.stores[:4])}))
                AND points >= 1000 AND {here.agreed("sms")}
                AND customer.id IN (SELECT customer_id FROM sale WHERE business_day >= {here.ago(365)}
                    AND {here.at_unit()} AND {_SOLD} GROUP BY customer_id HAVING count(*) >= 2)
                AND NOT EXISTS (SELECT 1 FROM preference WHERE preference.customer_id = customer.id
                    AND kind = 'dislike' AND value = '취향 3')
                AND NOT EXISTS (SELECT 1 FROM coupon_use WHERE coupon_use.customer_id = customer.id
                    AND coupon_id = '{house.coupons[0]}' AND state = 'counted')""",
        ),
    ]
