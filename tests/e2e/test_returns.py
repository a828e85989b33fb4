"""Goods come back to the counter while there is no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.floor import Floor
    from tests.e2e.server import DangolServer


def test_a_return_is_taken_without_a_server_and_arrives_on_its_sale(floor: Floor, server: DangolServer) -> None:
    floor.open_customer("4821", "김민지")
    floor.start_sale()
    floor.add_product("수분크림", "HN-CREAM-50")
    floor.add_product("수분크림", "HN-CREAM-50")
    sale = floor.save()
    floor.expect_waiting(0)
    floor.next_customer()

    server.kill()
    floor.open_customer("4821", "김민지")
    sold = floor.page.locator(f"[data-sold='{sale}']")
    sold.get_by_role("button").click()
    sheet = floor.page.locator("dialog[open]")
    line = sheet.locator("[data-line='0']")
    expect(line).to_contain_text("하늘담 수분크림")
    line.get_by_role("button", name="한 개 더").click()
    expect(sheet.get_by_test_id("refund")).to_have_text("89,000원")
    save = sheet.get_by_role("button", name="반품 저장")
    expect(save).to_be_disabled()
    sheet.get_by_role("radio", name="불량·파손").check()
    save.click()
    expect(floor.page.get_by_text("반품을 이 태블릿에 저장했습니다.", exact=False)).to_be_visible()
    expect(sold.get_by_test_id("returned")).to_have_text("반품 1개 · 전송 대기")
    floor.open_sending()
    expect(floor.page.locator("dialog [data-entry]").first).to_contain_text("하늘담 수분크림")
    floor.page.keyboard.press("Escape")

    server.start()
    floor.expect_waiting(0, within=90_000)
    (returned,) = server.get(f"/api/v1/sales/{sale}")["returns"]
    assert [(each["line"], each["quantity"]) for each in returned["lines"]] == [(0, 1)]
    assert returned["reason"] == "defective"
    # Only the other one is left to come back.
    sold.get_by_role("button").click()
    expect(line).to_contain_text("1개 중")
