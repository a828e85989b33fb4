"""The card, whatever a customer bought last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.floor import Floor


def test_a_basket_with_one_article_on_two_lines_is_shown_line_by_line(floor: Floor) -> None:
    customer = floor.open_customer("강미진", "강미진")
    line = {"sku": "SR-PERFUME-30", "quantity": 1, "amount": 132_000}
    now = datetime.now(UTC).isoformat()
    sale = {"customer_id": customer, "lines": [line, line], "currency": "KRW", "occurred_at": now}
    floor.record_behind("sale.log", [sale])
    floor.page.go_back()
    floor.open_customer("강미진", "강미진")
    basket = floor.page.get_by_role("region", name="지난번 구매").get_by_role("listitem")
    expect(basket).to_have_count(2)
    expect(floor.page.get_by_role("button", name="판매 시작")).to_be_visible()
