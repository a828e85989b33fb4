"""Coupons as people use them: taken at the till with and without a server, made and issued at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from backend.loyalty.coupons import code_of
from tests.e2e import chromium
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tests.e2e.server import DangolServer


def test_coupons_are_picked_scanned_and_taken_off(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _sell_with_coupons(Floor(page, server.url), Inspector(page, look), number)


def _sell_with_coupons(floor: Floor, camera: Inspector, number: int) -> None:
    page, hers, anybody = floor.page, code_of("7001", number), code_of("7002", number)
    floor.sign_in()
    floor.search("4821").filter(has_text="김민지").first.click()
    held = page.locator(f"[data-coupon='{hers}']")
    held.get_by_role("button").click()
    expect(held.locator("svg[role=img]")).to_be_visible()
    held.scroll_into_view_if_needed()
    camera.take("card-coupons")
    page.locator("footer .btn-primary").last.click()
    floor.add_product("수분크림", "HN-CREAM-50")
    # Of several codes of one coupon the next one is offered.
    picks = page.locator("[data-pick]")
    expect(picks).to_have_count(1)
    expect(picks).to_have_attribute("data-pick", hers)
    picks.click()
    _type(page, hers[:-1] + str((int(hers[-1]) + 1) % 10))
    expect(page.locator("input[aria-invalid=true]")).to_have_count(1)
    # A scanner types into the search for articles.
    page.locator("#product-search").fill(anybody)
    page.locator("#product-search").press("Enter")
    for code, off in ((hers, "8,900"), (anybody, "5,000")):
        expect(page.locator(f"[data-coupon='{code}']")).to_contain_text(off)
    expect(page.get_by_test_id("basket-total")).to_contain_text("75,100")
    camera.take("sell-coupons")
    page.locator("footer .btn-primary").last.click()
    expect(page.locator("[data-sale]")).to_have_attribute("data-state", "applied", timeout=30_000)
    expect(page.locator("[data-sale] .notice, [data-sale] [role=alert]")).to_have_count(0)
    # What was used once the server knows.
    page.locator("[data-sale] .btn-ghost").click()
    floor.add_product("수분크림", "HN-CREAM-50")
    expect(page.locator("[data-pick]")).to_have_count(1)
    _type(page, anybody)
    used = page.locator(f"[data-coupon='{anybody}']")
    expect(used).to_have_attribute("data-trouble", "used")
    expect(page.get_by_test_id("basket-total")).to_contain_text("89,000")
    camera.take("sell-coupon-used")
    used.get_by_role("button").click()
    expect(used).to_have_count(0)
    assert camera.found == {}


def test_a_coupon_is_known_and_taken_off_without_a_server(profile: BrowserContext, server: DangolServer) -> None:
    floor, code = Floor(profile.new_page(), server.url), code_of("7002", 7)
    floor.sign_in()
    floor.wait_until_offline_capable()
    server.kill()
    floor.open_customer("4821", "김민준")
    floor.start_sale()
    floor.add_product("토너", "HN-TONER-200")
    _type(floor.page, code)
    chip = floor.page.locator(f"[data-coupon='{code}']")
    expect(chip).to_contain_text("가을 감사 5,000원")
    expect(floor.page.get_by_test_id("basket-total")).to_contain_text("49,000")
    sale = floor.save()
    server.start()
    expect(floor.page.locator(f"[data-sale='{sale}']")).to_have_attribute("data-state", "applied", timeout=90_000)
    expect(floor.page.get_by_role("heading", name="전송됨")).to_be_visible()


def test_a_coupon_is_made_goes_live_and_is_issued_at_the_desk(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _make_and_issue(page, server, Inspector(page, look), f"연말 감사 {number}")


def _make_and_issue(page: Page, server: DangolServer, camera: Inspector, name: str) -> None:
    page.goto(f"{server.url}/admin/coupons")
    sign_in_at_desk(page, "marketer")
    settled(page)
    page.locator("main header .btn-primary").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(2)
    dialog.locator("input").first.fill(name)
    dialog.locator("input[inputmode=decimal]").first.fill("15")
    camera.take("admin-coupon-new")
    dialog.locator("button[type=submit]").click()
    expect(page).to_have_url(re.compile("/admin/coupons/[0-9a-f-]{36}$"))
    _confirm(page, page.locator("main header .btn-primary"))
    expect(page.locator("[data-state=live]")).to_be_visible()
    page.locator("main header .btn-primary").click()
    page.get_by_role("dialog").locator("input").fill("600")
    camera.take("admin-coupon-issue")
    page.get_by_role("dialog").locator("button[type=submit]").click()
    # Many are issued by the worker, which tells how far it is.
    expect(page.locator("[data-issue=finished]")).to_contain_text("600", timeout=60_000)
    expect(page.locator("[data-row]")).to_have_count(20)
    with page.expect_download() as got:
        page.locator("[data-issue] a[download]").click()
    assert len(got.value.path().read_text("utf-8").split()) == 601
    settled(page)
    camera.take("admin-coupon")
    page.goto(f"{server.url}/admin/coupons")
    expect(page.locator(f"[data-coupon='{name}']")).to_contain_text("0 / 600")
    settled(page)
    camera.take("admin-coupons")
    assert camera.found == {}


def _type(page: Page, code: str) -> None:
    field = page.locator("details form input")
    if not field.is_visible():
        page.locator("details summary").first.click()
    field.fill(code)
    field.press("Enter")


def _confirm(page: Page, button: Locator) -> None:
    button.click()
    page.get_by_role("dialog").locator(".btn-primary").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
