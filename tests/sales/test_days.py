"""Purchase days are what is left of the sales: sums by day, returns taken off, foreign money by its rate."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from backend.catalog.models import ExchangeRate
from backend.core.db import db, unit_of_work
from backend.sales import main_currency, purchase_days
from tests import factories
from tests.sales.test_returns import FIRST, SECOND, back, customer, two_lines
from tests.sales.test_sales import sale

if TYPE_CHECKING:
    from backend.customers import Customer
    from tests.conftest import Tablet

__all__ = ["customer"]

TODAY = date(2026, 12, 1)


def days(until: date = TODAY, currency: str = "KRW") -> list[tuple[str, date, int]]:
    db.session.rollback()
    return [(each.customer_id, each.day, each.spend) for each in purchase_days(until, currency=currency)]


def one(customer: Customer, at: str, amount: int, currency: str = "KRW") -> dict[str, Any]:
    lines = [{"sku": "A1", "quantity": 1, "amount": amount}]
    return sale(lines=lines, occurred_at=at, customer_id=customer.id, currency=currency)


@pytest.fixture
def other(customer: Customer) -> Customer:
    del customer
    with unit_of_work():
        return factories.customer(phone=None)


def test_two_baskets_of_a_day_are_one_and_the_future_is_not_told(
    tablet: Tablet, customer: Customer, other: Customer
) -> None:
    tablet.push(one(customer, SECOND, 3_000), one(customer, SECOND, 4_000), one(customer, FIRST, 500))
    tablet.push(one(other, FIRST, 900), sale(lines=[{"sku": "A1", "quantity": 1, "amount": 70}], customer_id=None))
    hers = [(customer.id, date(2026, 11, 10), 500), (customer.id, date(2026, 11, 20), 7_000)]
    assert sorted(days()) == sorted([*hers, (other.id, date(2026, 11, 10), 900)])
    assert sorted(days(date(2026, 11, 19))) == sorted([hers[0], (other.id, date(2026, 11, 10), 900)])


def test_what_came_back_is_taken_off_and_what_came_back_whole_was_no_visit(tablet: Tablet, customer: Customer) -> None:
    partly, whole = two_lines(customer, at=FIRST), one(customer, SECOND, 9_000)
    tablet.push(partly, whole)
    tablet.push(back(partly["id"], (0, 1), (1, 1)), back(whole["id"], (0, 1)))
    assert days() == [(customer.id, date(2026, 11, 10), 6_667)]


def test_other_money_counts_by_the_rate_of_its_day_and_its_day_without_one(tablet: Tablet, customer: Customer) -> None:
    with unit_of_work():
        db.session.add(ExchangeRate(currency="USD", base="KRW", on=date(2026, 11, 15), rate="1400.5"))
    tablet.push(one(customer, FIRST, 2_000, "USD"), one(customer, SECOND, 2_001, "USD"), one(customer, SECOND, 100))
    assert days() == [(customer.id, date(2026, 11, 10), 0), (customer.id, date(2026, 11, 20), 28_124)]
    assert main_currency() == "USD"
