"""A new member at the counter, with no network."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.sync_api import expect

from tests.e2e.floor import Floor

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.e2e.server import DangolServer


def test_a_member_registered_without_a_server_is_sold_to_at_once_and_arrives_with_her_sale(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    server.kill()
    floor.search("남궁별")
    floor.page.get_by_role("link", name="새 회원으로 등록").click()
    floor.page.locator("input[type=tel]").fill("010-7777-1234")
    floor.page.get_by_role("checkbox").nth(0).check()
    floor.page.get_by_role("checkbox").nth(1).check()
    _refuses_a_payment_card(floor)
    floor.page.get_by_role("button", name="등록", exact=True).click()
    expect(floor.page.get_by_role("heading", name="남궁별 님을 등록했습니다")).to_be_visible()
    floor.page.get_by_role("button", name="고객 카드 열기").click()

    # She is in the book like everybody else, and can be sold to.
    floor.page.keyboard.press("/")
    customer = floor.open_customer("ㄴㄱㅂ", "남궁별")
    floor.start_sale()
    floor.add_product("토너", "HN-TONER-200")
    sale = floor.save()
    floor.expect_waiting(2)

    server.start()
    floor.expect_waiting(0, within=90_000)
    arrived = server.get(f"/api/v1/customers/{customer}")
    assert (arrived["name"], arrived["phone"]) == ("남궁별", "+821077771234")
    assert server.get(f"/api/v1/sales/{sale}")["customer_id"] == customer
    assert [each["id"] for each in server.get(f"/api/v1/customers?q={quote('남궁별')}")["items"]] == [customer]


def _refuses_a_payment_card(floor: Floor) -> None:
    """Its number never gets as far as the outbox; the form says why, also where the field was folded away."""
    page = floor.page
    page.get_by_text("더 적기").click()
    card = page.get_by_label("카드번호")
    card.fill("4111 1111 1111 1111")
    page.get_by_text("더 적기").click()
    page.get_by_role("button", name="등록", exact=True).click()
    expect(card).to_be_visible()
    expect(card).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("결제 카드번호로 보입니다")).to_be_visible()
    card.fill("")
