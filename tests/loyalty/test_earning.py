"""What a sale earns."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from backend.loyalty.earning import Basket, Bought, Rule, earn, month_end, restored

FRIDAY = date(2026, 5, 1)


def rule(rate: int, **values: Any) -> Rule:
    """A base rule that is good everywhere and for ever unless it says otherwise."""
    blank: dict[str, Any] = dict.fromkeys(Rule.__dataclass_fields__)
    return Rule(
        **blank
        | {"id": f"r{rate}", "kind": "base", "rate": rate, "currency": "KRW", "starts_on": date(2026, 1, 1)}
        | values
    )


def basket(*lines: tuple[int, str | None], **values: Any) -> Basket:
    """A sale of that Friday at store S of unit A."""
    bought = [Bought(amount, category) for amount, category in lines]
    place: dict[str, Any] = {
        "business_unit_id": "A",
        "store_id": "S",
        "day": FRIDAY,
        "lines": bought,
        "worth": {"KRW": Fraction(1)},
    }
    return Basket(**place | values)


def points(rules: list[Rule], sale: Basket) -> int:
    """How many."""
    return earn(rules, sale).points


def test_points_are_rounded_down_once_for_the_whole_sale() -> None:
    assert points([rule(100)], basket((150, None), (150, None))) == 3
    assert points([rule(100)], basket((199, None))) == 1


def test_of_base_rules_the_best_one_counts_for_each_line_and_bonuses_add() -> None:
    rules = [rule(100), rule(300, category="cosmetics"), rule(50, kind="bonus")]
    assert earn(rules, basket((10_000, "cosmetics"), (10_000, "food"))).by_rule == {
        "r100": 100,
        "r300": 300,
        "r50": 100,
    }


def test_a_rule_gives_no_more_than_its_cap() -> None:
    assert points([rule(1_000, cap=70)], basket((10_000, None))) == 70
    for given, left in ((0, 400), (350, 50), (400, 0), (900, 0)):
        assert points([rule(1_000, cap_month=400)], basket((10_000, None), given={"r1000": given})) == left


@pytest.mark.parametrize(
    ("values", "sale"),
    [
        ({"business_unit_id": "B"}, {}),
        ({"store_id": "T"}, {}),
        ({"grade": "vip"}, {"grade": "gold"}),
        ({"card_issuer": "bank"}, {"card_issuers": {"other"}}),
        ({"weekdays": (0, 1)}, {}),
        ({"starts_on": date(2026, 5, 2)}, {}),
        ({"ends_on": date(2026, 4, 30)}, {}),
        ({"category": "food"}, {}),
    ],
)
def test_a_rule_gives_nothing_where_something_that_it_names_is_otherwise(values: Any, sale: Any) -> None:
    lines = ((10_000, "cosmetics"),)
    assert points([rule(100, **values)], basket(*lines, **sale)) == 0
    fitting = {
        "business_unit_id": "A", "store_id": "S", "grade": "gold", "card_issuer": "other", "weekdays": (4,),
        "category": "cosmetics", "ends_on": FRIDAY,
    }  # fmt: skip
    assert points([rule(100, **fitting)], basket(*lines, grade="gold", card_issuers={"other"})) == 100


def test_what_is_paid_with_points_earns_nothing() -> None:
    assert points([rule(100)], basket((10_000, None), redeemed=2_500)) == 75
    assert points([rule(100)], basket((10_000, None), redeemed=20_000)) == 0
    assert points([rule(100)], basket((0, None))) == 0


def test_a_sale_in_another_currency_counts_at_its_rate_and_without_one_not_at_all() -> None:
    dollars = {"worth": {"KRW": Fraction("13.8"), "USD": Fraction(1)}}
    assert points([rule(100)], basket((10_000, None), **dollars)) == 1_380
    assert points([rule(100)], basket((10_000, None), redeemed=69_000, **dollars)) == 690
    assert points([rule(100)], basket((10_000, None), worth={"USD": Fraction(1)})) == 0
    dearer = [rule(100), rule(300, currency="USD")]
    assert earn(dearer, basket((10_000, None), **dollars)).by_rule == {"r100": 1_380}


def test_points_are_good_until_the_end_of_the_month_and_the_longest_rule_counts() -> None:
    assert earn([rule(100, valid_months=10), rule(50, kind="bonus", valid_months=2)], basket((10_000, None))) == earn(
        [rule(50, kind="bonus", valid_months=2), rule(100, valid_months=10)], basket((10_000, None))
    )
    assert earn([rule(100, valid_months=10)], basket((10_000, None))).expires_on == date(2027, 3, 31)
    assert earn([rule(100, valid_months=1), rule(50, kind="bonus")], basket((10_000, None))).expires_on is None
    assert month_end(date(2026, 1, 31), 1) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("redeemed", "total", "refunded", "back"),
    [(100, 300, 100, 33), (100, 300, 300, 100), (100, 0, 0, 0), (5, 300, 1, 0)],
)
def test_points_come_back_in_proportion_and_all_of_them_with_all_of_it(
    redeemed: int, total: int, refunded: int, back: int
) -> None:
    assert restored(redeemed, total=total, refunded=refunded) == back
