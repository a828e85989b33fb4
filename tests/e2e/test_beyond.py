"""A customer of another store stands at the counter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.floor import Floor
    from tests.e2e.server import DangolServer


def test_a_member_of_another_store_is_found_online_and_her_card_stays_for_the_day(
    floor: Floor, server: DangolServer
) -> None:
    assert floor.search("한바다").count() == 0
    floor.page.get_by_role("button", name="전체 회원에서 찾기").click()
    found = floor.page.locator("[data-online] [data-customer]")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("이 매장 밖")
    found.click()
    expect(floor.page.get_by_role("heading", name="한바다")).to_be_visible()
    expect(floor.page.get_by_text("이 매장 밖의 회원입니다.", exact=False)).to_be_visible()
    customer = re.search(r"/customers/([0-9a-f-]+)$", floor.page.url)
    assert customer is not None

    server.kill()
    floor.page.keyboard.press("Escape")
    assert floor.open_customer("3311", "한바다") == customer.group(1)
    floor.start_sale()
    floor.add_product("토너", "HN-TONER-200")
    sale = floor.save()
    server.start()
    floor.expect_waiting(0, within=90_000)
    assert server.get(f"/api/v1/sales/{sale}")["customer_id"] == customer.group(1)


def test_without_a_server_the_search_beyond_says_so(floor: Floor, server: DangolServer) -> None:
    server.kill()
    assert floor.search("황보솔").count() == 0
    beyond = floor.page.get_by_role("button", name="전체 회원에서 찾기")
    offline = floor.page.get_by_text("이 태블릿의 고객만 찾습니다", exact=False)
    expect(beyond.or_(offline)).to_be_visible()
    if beyond.is_visible():
        beyond.click()
    expect(offline).to_be_visible()
