"""What the line, the server and other tabs may do to a sale on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.proxy import LossyProxy

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.e2e.server import DangolServer

PUSH = "/api/v1/sync/push"


def test_a_reply_lost_after_the_server_committed_leaves_one_sale_and_one_receipt(
    profile: BrowserContext, server: DangolServer
) -> None:
    with LossyProxy(server.port) as proxy:
        floor = Floor(profile.new_page(), proxy.url)
        floor.sign_in()
        floor.expect_waiting(0)
        # Chromium itself repeats a request once when a kept connection breaks; two more are the app's own.
        proxy.lose_replies(PUSH, 3)
        before = server.sale_ids()
        sale = floor.sell()

        expect(floor.page.locator(f"[data-sale='{sale}']")).to_have_attribute("data-state", "applied", timeout=90_000)
        floor.expect_waiting(0)
        assert proxy.lost == [200, 200, 200]
        assert floor.stored_outbox() == []
    assert server.sale_ids() == [*before, sale]
    assert server.receipts(sale) == [sale]


def test_two_tabs_sell_and_each_sale_arrives_once_and_shows_in_both(
    profile: BrowserContext, server: DangolServer
) -> None:
    first = Floor(profile.new_page(), server.url)
    first.sign_in()
    first.wait_until_offline_capable()
    second = Floor(profile.new_page(), server.url)
    second.open()
    second.wait_until_ready()
    server.kill()
    before = server.sale_ids()
    one = first.sell("4821", "김민지", sku="HN-CREAM-50")
    other = second.sell("김민준", "김민준", sku="ON-WHISKY-12", product="위스키")
    first.expect_waiting(2)
    second.expect_waiting(2)

    server.start()
    for floor in (first, second):
        floor.expect_waiting(0, within=90_000)
        floor.open_sending()
        assert {(entry["id"], entry["state"]) for entry in floor.entries()} == {(one, "applied"), (other, "applied")}
    assert server.sale_ids() == sorted([*before, one, other])
    assert server.receipts(one, other) == sorted([one, other])


def test_one_bad_record_among_fifty_stays_behind_alone_and_says_why(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    floor.expect_waiting(0)
    server.kill()
    before = server.sale_ids()
    good = [_sale(lines=1) for _ in range(49)]
    floor.record_behind("sale.log", [*good[:20], _sale(lines=0), *good[20:]])
    floor.expect_waiting(50)

    server.start()
    floor.expect_waiting(0, within=90_000)
    assert len(server.sale_ids()) == len(before) + 49

    floor.page.get_by_role("link", name="알림").click()
    refused = floor.page.locator("main [data-entry]")
    expect(refused).to_have_count(1)
    expect(refused).to_have_attribute("data-state", "rejected")
    expect(refused).to_contain_text("lines")
    floor.open_sending()
    states = [entry["state"] for entry in floor.entries() if entry["id"]]
    assert states.count("applied") >= 49


def _sale(*, lines: int) -> dict[str, Any]:
    line = {"sku": "HN-TONER-200", "quantity": 1, "amount": 54_000, "unit_price": 54_000}
    return {"customer_id": None, "lines": [line] * lines, "currency": "KRW", "occurred_at": "2026-11-20T10:00:00+09:00"}
