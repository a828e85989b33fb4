"""What a coupon is good for and what it takes off, by tables and over all that can be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.loyalty.coupons import rules
from backend.loyalty.coupons.rules import Basket, Issued, Line, Terms

VECTORS = json.loads((Path(__file__).resolve().parents[1] / "contract" / "coupons.json").read_text("utf-8"))
DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
TERMS = Terms(
    id="c",
    kind="amount",
    value=3_000,
    currency="KRW",
    cap=None,
    least_spend=None,
    audience="anyone",
    grade=None,
    business_unit_id=None,
    store_id=None,
    category=None,
    stacks=False,
    exclusion_group=None,
    starts_on=date(2026, 11, 1),
    ends_on=date(2026, 11, 30),
    per_member=1,
    live_at=datetime(2026, 11, 1, tzinfo=UTC),
    stopped_at=None,
)
ISSUED = Issued("1000000000000053", "c", None, None)
BASKET = Basket("unit", "store", AT, DAY, "KRW", [Line(20_000, 0, "skin"), Line(5_000, 0, None)], "kim", "gold")


def changed(**values: Any) -> Terms:
    return replace(TERMS, **values)


@pytest.mark.parametrize("case", VECTORS["codes"], ids=lambda case: case["code"])
def test_a_code_is_known_by_its_check_digits(case: dict[str, Any]) -> None:
    assert rules.is_code(case["code"]) == case["good"]
    if case["good"]:
        assert int(case["code"]) % 97 == 1


@given(st.integers(0, 10**14 - 1), st.integers(0, 15), st.integers(1, 9))
def test_every_wrong_digit_and_every_pair_exchanged_is_found(body: int, place: int, more: int) -> None:
    text = f"{body:014d}"
    code = text + rules.check_digits(text)
    assert rules.is_code(code)
    digit = str((int(code[place]) + more) % 10)
    assert not rules.is_code(code[:place] + digit + code[place + 1 :])
    if place and code[place - 1] != code[place]:
        assert not rules.is_code(code[: place - 1] + code[place] + code[place - 1] + code[place + 1 :])


@pytest.mark.parametrize("case", VECTORS["spread"], ids=str)
def test_an_amount_is_spread_to_the_unit(case: dict[str, Any]) -> None:
    assert rules.spread(case["total"], case["weights"]) == case["parts"]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=8), st.integers(0, 100))
def test_what_is_spread_is_all_there_and_nothing_costs_less_than_nothing(weights: list[int], percent: int) -> None:
    total = sum(weights) * percent // 100
    parts = rules.spread(total, weights)
    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize("case", VECTORS["taken_off"], ids=str)
def test_what_a_coupon_takes_off(case: dict[str, Any]) -> None:
    assert rules.taken_off(changed(**case["coupon"]), case["prices"], case["categories"]) == case["taken"]


@pytest.mark.parametrize("case", VECTORS["together"], ids=str)
def test_which_may_be_used_together(case: dict[str, Any]) -> None:
    assert rules.stack([changed(**each) for each in case["coupons"]]) == case["together"]


def test_a_coupon_is_worth_no_more_than_was_taken_off() -> None:
    coupons = [changed(), changed(kind="percent", value=10)]
    lines = [Line(20_000, 3_000, "skin"), Line(10_000, 2_000, None)]
    # 3,000 fall on the lines as 2,000 and 1,000, then ten percent as 1,800 and 900; there was room for 1,000 and 1,000.
    assert rules.worths(coupons, lines) == [3_000, 1_000 + 900]
    assert rules.worths(coupons, [Line(20_000, 0, None)]) == [0, 0]


@pytest.mark.parametrize(
    ("terms", "issued", "basket", "uses", "found"),
    [
        ({}, {}, {}, 0, set()),
        ({"ends_on": date(2026, 11, 20)}, {}, {}, 0, set()),
        ({"ends_on": date(2026, 11, 19)}, {}, {}, 0, {"coupon_expired"}),
        ({"ends_on": None}, {}, {}, 0, set()),
        ({}, {"good_until": date(2026, 11, 19)}, {}, 0, {"coupon_expired"}),
        ({}, {"good_until": date(2026, 12, 19)}, {"day": date(2026, 12, 1)}, 0, {"coupon_expired"}),
        ({}, {"customer_id": "kim"}, {}, 0, set()),
        ({}, {"customer_id": "lee"}, {}, 0, {"coupon_not_hers"}),
        ({}, {"customer_id": "lee"}, {"customer_id": None}, 0, {"coupon_not_hers"}),
        ({"audience": "grade", "grade": "gold"}, {}, {}, 0, set()),
        ({"audience": "grade", "grade": "vip"}, {}, {}, 0, {"coupon_not_hers"}),
        ({"audience": "grade", "grade": "vip"}, {"customer_id": "kim"}, {}, 0, set()),
        ({"audience": "person"}, {}, {}, 0, {"coupon_not_hers"}),
        ({"starts_on": date(2026, 11, 21)}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"live_at": None}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"stopped_at": datetime(2026, 11, 20, 3, tzinfo=UTC)}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"stopped_at": datetime(2026, 11, 20, 4, tzinfo=UTC)}, {}, {}, 0, set()),
        ({"store_id": "other"}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"business_unit_id": "other"}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"currency": "USD"}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"currency": None, "kind": "percent"}, {}, {"currency": "USD"}, 0, set()),
        ({"least_spend": 25_000}, {}, {}, 0, set()),
        ({"least_spend": 25_001}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"least_spend": 25_000, "category": "skin"}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"category": "food"}, {}, {}, 0, {"coupon_not_fitting"}),
        ({"kind": "multiplier", "value": 200}, {}, {"customer_id": None}, 0, {"coupon_not_fitting"}),
        ({}, {}, {}, 1, {"coupon_not_fitting"}),
        ({"per_member": None}, {}, {}, 9, set()),
        ({}, {}, {"customer_id": None}, 9, set()),
    ],
)
def test_why_a_code_is_not_good_for_a_sale(
    terms: dict[str, Any], issued: dict[str, Any], basket: dict[str, Any], uses: int, found: set[str]
) -> None:
    assert rules.wrong(changed(**terms), replace(ISSUED, **issued), replace(BASKET, **basket), uses=uses) == found


def test_a_code_is_good_on_so_many_days() -> None:
    assert rules.good_until(DAY, 1) == DAY
    assert rules.good_until(DAY, 30) == date(2026, 12, 19)
    assert rules.good_until(DAY, None) is None


@given(st.integers(0, 10**9), st.integers(101, 1_000))
def test_a_multiplier_adds_what_is_above_a_hundred_percent(points: int, percent: int) -> None:
    more = rules.multiplied(points, percent)
    assert (points + more) * 100 <= points * percent < (points + more + 1) * 100
