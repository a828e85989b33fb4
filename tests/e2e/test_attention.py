"""What the server did not simply take: on the tablet that recorded it, and at the manager's desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, sign_in_at_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.e2e.server import DangolServer

_DESK = {"width": 1280, "height": 800}


def _badge(floor: Floor) -> Locator:
    return floor.page.locator("nav a[href='/floor/alerts'] .count")


def _disputed(floor: Floor, name: str, value: str) -> str:
    """Edit a memo from a value that the server does not hold; the customer's id."""
    customer = floor.open_customer(name, name)
    changes = {"memo": {"from": "예전에 적은 것", "to": value}}
    floor.record_behind("customer.edit", [{"customer_id": customer, "changes": changes}])
    return customer


def _sale(amount: int) -> dict[str, Any]:
    line = {"sku": "HN-TONER-200", "quantity": 1, "amount": amount, "unit_price": amount}
    return {"customer_id": None, "lines": [line], "currency": "KRW", "occurred_at": "2026-11-20T10:00:00+09:00"}


def test_what_differs_is_shown_with_what_is_safe_and_what_to_do_and_seen_can_be_taken_back(floor: Floor) -> None:
    _disputed(floor, "김민준", "향 없는 제품을 찾으심")
    expect(_badge(floor)).to_have_text("1", timeout=30_000)
    floor.page.get_by_role("link", name="알림").click()
    entry = floor.page.locator("main [data-entry]")
    expect(entry).to_have_attribute("data-state", "conflict")
    expect(entry).to_contain_text("향 없는 제품을 찾으심")
    expect(entry).to_contain_text("두 값이 모두 남아 있고")
    expect(entry).to_contain_text("매니저가 맞는 값을 고릅니다")

    entry.get_by_role("button", name="확인함").click()
    expect(_badge(floor)).to_have_count(0)
    floor.page.get_by_role("button", name="되돌리기").click()
    expect(entry).to_be_visible()
    entry.get_by_role("button", name="확인함").click()
    # Leaving the screen writes it down.
    floor.page.get_by_role("link", name="예정").click()
    floor.page.reload()
    floor.wait_until_ready()
    floor.expect_waiting(0)
    expect(_badge(floor)).to_have_count(0)


def test_a_refused_registration_is_corrected_and_sent_again(floor: Floor, server: DangolServer) -> None:
    floor.record_behind("customer.register", [{"name": "한여름", "phone": "12"}])
    expect(_badge(floor)).to_have_text("1", timeout=30_000)
    floor.page.get_by_role("link", name="알림").click()
    expect(floor.page.locator("main [data-entry]")).to_contain_text("이 태블릿에 남아 있고")
    floor.page.get_by_role("button", name="고쳐서 다시 등록").click()
    expect(floor.page.get_by_label("이름", exact=False).first).to_have_value("한여름")
    floor.page.locator("input[type=tel]").fill("010-5151-7272")
    floor.page.get_by_role("checkbox").nth(0).check()
    floor.page.get_by_role("button", name="등록", exact=True).click()
    expect(floor.page.get_by_role("heading", name="한여름 님을 등록했습니다")).to_be_visible()
    floor.expect_waiting(0)
    expect(_badge(floor)).to_have_count(0)
    assert [each["name"] for each in server.get("/api/v1/customers?q=7272")["items"]] == ["한여름"]


def test_a_manager_chooses_a_value_with_one_tap_and_may_choose_again(
    browser: Browser, floor: Floor, server: DangolServer
) -> None:
    customer = _disputed(floor, "강미진", "매장 픽업만")
    expect(_badge(floor)).to_have_text("1", timeout=30_000)
    with chromium.new_profile(browser, viewport=_DESK) as context:
        desk = _desk(context.new_page(), server, "/admin/conflicts")
        expect(desk.get_by_test_id("attention-conflicts")).to_be_visible()
        card = desk.locator("[data-conflict]", has_text="강미진")
        expect(card).to_contain_text("한가람")
        card.locator("[data-side=yours]").click()
        expect(card).to_have_attribute("data-choice", "yours")
        assert server.get(f"/api/v1/customers/{customer}")["memo"] == "매장 픽업만"
        card.locator("[data-side=server]").click()
        expect(card).to_have_attribute("data-choice", "server")
        assert server.get(f"/api/v1/customers/{customer}")["memo"] is None
        desk.get_by_role("radio", name="정한 것").check()
        expect(desk.locator("[data-conflict]", has_text="강미진")).to_be_visible()


def test_a_flagged_sale_is_reviewed_at_the_desk_and_the_review_can_be_undone(
    browser: Browser, floor: Floor, server: DangolServer
) -> None:
    floor.record_behind("sale.log", [_sale(1_000)])
    expect(_badge(floor)).to_have_text("1", timeout=30_000)
    with chromium.new_profile(browser, viewport=_DESK) as context:
        desk = _desk(context.new_page(), server, "/admin/sales")
        waiting = int(desk.get_by_test_id("attention-sales").inner_text())
        desk.get_by_role("radio", name="확인 필요").check()
        expect(desk).to_have_url(re.compile("flagged=open"))
        desk.get_by_role("row", name=re.compile("1,000원")).get_by_role("link").first.click()
        desk.get_by_label("남길 말").fill("행사 가격이었음")
        desk.get_by_role("button", name="확인함으로 표시").click()
        expect(desk.locator("[data-review=reviewed]")).to_be_visible()
        badge = desk.get_by_test_id("attention-sales")
        expect(badge).to_have_count(0) if waiting == 1 else expect(badge).to_have_text(str(waiting - 1))
        desk.get_by_role("button", name="되돌리기").click()
        expect(desk.locator("[data-review=open]")).to_be_visible()
        expect(badge).to_have_text(str(waiting))


def _desk(page: Page, server: DangolServer, path: str) -> Page:
    page.goto(f"{server.url}{path}")
    sign_in_at_desk(page, "manager")
    return page
