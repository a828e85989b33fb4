"""What is odd about a sale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.sales.rules import Line, flags

_NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def line(**values: Any) -> Line:
    """Two articles at 10,000 won."""
    plain: dict[str, Any] = {
        "sku": "A",
        "quantity": 2,
        "amount": 20_000,
        "unit_price": None,
        "discount": 0,
        "known": True,
    }
    return Line(**(plain | {"price": 10_000, "currency": "KRW"} | values))


@pytest.mark.parametrize(
    ("odd", "found"),
    [
        ({}, set()),
        ({"unit_price": 10_000}, set()),
        ({"amount": 18_000, "discount": 2_000}, set()),
        ({"amount": 18_000}, {"price_differs"}),
        ({"unit_price": 9_000, "amount": 18_000}, {"price_differs"}),
        ({"price": None, "amount": 1}, set()),
        ({"currency": "USD", "amount": 1}, set()),
        ({"known": False, "price": None}, {"unknown_product"}),
        ({"quantity": 0, "amount": 0}, {"odd_line"}),
        ({"quantity": -1, "amount": -10_000}, {"odd_line"}),
    ],
)
def test_odd_lines_are_flagged(odd: dict[str, Any], found: set[str]) -> None:
    assert flags([line(), line(**odd)], currency="KRW", occurred_at=_NOW, received_at=_NOW) == found


@pytest.mark.parametrize(("ahead", "odd"), [(0, False), (4, False), (6, True), (60 * 24, True), (-60 * 24 * 30, False)])
def test_a_sale_from_the_future_is_flagged_and_an_old_one_is_not(ahead: int, odd: bool) -> None:
    found = flags([line()], currency="KRW", occurred_at=_NOW + timedelta(minutes=ahead), received_at=_NOW)
    assert found == ({"clock_skew"} if odd else set())
