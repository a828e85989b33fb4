"""What is offered on the card and while selling, with the server gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.world import ALLERGIC, SHOPPER

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

    from tests.e2e.server import DangolServer


def offers(floor: Floor, region: str) -> Locator:
    """What is offered in a region of the screen."""
    return floor.page.get_by_role("region", name=region).locator("[data-offer]")


def skus(found: Locator) -> list[str | None]:
    """Which articles they are."""
    return [each.get_attribute("data-offer") for each in found.all()]


def test_three_suggestions_with_reasons_start_a_sale_without_a_server(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    server.kill()
    floor.open_customer(SHOPPER, SHOPPER)
    found = offers(floor, "추천")
    expect(found).to_have_count(3)
    assert skus(found) == ["SR-PERFUME-30", "ON-WHISKY-12", "GA-WALLET-01"]
    expect(found.nth(0)).to_contain_text("‘하늘담 수분크림 50ml’ 구매한 다음 방문에 12%가 샀습니다")
    expect(found.nth(1)).to_contain_text("‘하늘담 수분크림 50ml’ 구매할 때 41%가 함께 샀습니다")
    found.nth(0).click()
    expect(floor.page.get_by_test_id("basket-total")).to_contain_text("132,000")


def test_what_goes_with_the_basket_is_added_by_one_tap_and_the_total_stays_where_it_is(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    floor.open("/floor/sell")
    floor.wait_until_ready()
    server.kill()
    floor.add_product("ㅌㄴ", "HN-TONER-200")
    total = floor.page.get_by_test_id("basket-total")
    place = total.bounding_box()
    found = offers(floor, "함께 찾는 상품")
    expect(found).to_have_count(1)
    assert skus(found) == ["HN-CREAM-50"]
    assert place is not None
    found.click()
    expect(total).to_contain_text("143,000")
    expect(found).to_have_attribute("data-offer", "ON-WHISKY-12")
    now = total.bounding_box()
    assert now is not None
    assert now["y"] == place["y"]


def test_an_allergy_is_minded_and_as_last_time_says_what_is_gone_and_costs_otherwise(floor: Floor) -> None:
    floor.open_customer(ALLERGIC, ALLERGIC)
    found = offers(floor, "추천")
    expect(found).to_have_count(1)
    assert skus(found) == ["SR-PERFUME-30"]
    expect(floor.page.get_by_test_id("offers-allergy")).to_contain_text("위스키")
    expect(floor.page.locator("[data-since=HN-OLD-1]")).to_have_text("지금은 판매하지 않습니다")
    expect(floor.page.locator("[data-since=HN-CREAM-50]")).to_contain_text("89,000")
    floor.page.get_by_role("button", name="지난번처럼").click()
    expect(floor.page.get_by_text("지금 판매하지 않는 상품은 담지 않았습니다: HN-OLD-1")).to_be_visible()
    expect(floor.page.get_by_test_id("basket-total")).to_contain_text("89,000")
    expect(offers(floor, "함께 찾는 상품")).to_have_count(0)
