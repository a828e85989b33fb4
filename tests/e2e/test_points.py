"""The desk's screen of points, as the admin who makes the rules uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.e2e.server import DangolServer


def test_an_admin_adds_a_rule_and_ends_it(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _add_and_end(page, server, Inspector(page, look), f"주말 두 배 {number}")


def _add_and_end(page: Page, server: DangolServer, camera: Inspector, name: str) -> None:
    page.goto(f"{server.url}/admin/points")
    sign_in_at_desk(page, "admin")
    settled(page)
    page.locator("main header .btn-primary").click()
    form = page.get_by_role("dialog").locator("form")
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(form.locator("[aria-invalid=true]")).to_have_count(2)
    form.locator("input").first.fill(name)
    form.locator("select").first.select_option("bonus")
    form.locator("input[inputmode=decimal]").first.fill("1,5")
    form.locator("fieldset button").nth(5).click()
    form.locator("section .btn-secondary").click()
    expect(form.locator("[data-trial=ready]")).to_be_visible(timeout=30_000)
    form.locator("section").scroll_into_view_if_needed()
    camera.take("admin-points-trial")
    form.locator("input[inputmode=decimal]").first.fill("2")
    expect(form.locator("[data-trial]")).to_have_count(0)
    form.locator("input[inputmode=decimal]").first.fill("1,5")
    camera.take("admin-points-new")
    page.get_by_role("dialog").locator("button[type=submit]").click()
    rule = page.locator(f"[data-rule='{name}']")
    expect(rule).to_contain_text("+1.5%")
    settled(page)
    camera.take("admin-points")
    rule.get_by_role("button").click()
    page.get_by_role("dialog").locator(".btn-primary").click()
    expect(rule.get_by_role("button")).to_have_count(0)
    assert camera.found == {}


def test_an_admin_sets_how_many_points_tablets_take_alone(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            page.goto(f"{server.url}/admin/points")
            sign_in_at_desk(page, "admin")
            settled(page)
            section = page.locator("section[aria-labelledby=programme-title]")
            section.get_by_role("button").click()
            fields = page.get_by_role("dialog").locator("input")
            fields.nth(3).fill("181")
            page.get_by_role("dialog").locator("button[type=submit]").click()
            expect(page.get_by_role("dialog").locator("[aria-invalid=true]")).to_have_count(1)
            fields.nth(3).fill("30")
            fields.nth(0).fill(str(20_000 + number))
            camera = Inspector(page, look)
            camera.take("admin-points-programme")
            page.get_by_role("dialog").locator("button[type=submit]").click()
            expect(section).to_contain_text(f"20,00{number} P")
            section.scroll_into_view_if_needed()
            camera.take("admin-points-limits")
            assert camera.found == {}


def test_without_a_server_a_tablet_takes_points_up_to_the_limits_and_tells_the_balance_afterwards(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    floor.wait_until_offline_capable()
    server.kill()
    floor.open_customer("4821", "김민지")
    floor.start_sale()
    floor.add_product("위스키", "ON-WHISKY-18")
    page = floor.page
    extras = page.locator("details", has_text="쓸 포인트")
    extras.locator("summary").click()
    points, save = extras.locator("input[inputmode=numeric]").first, page.get_by_role("button", name="판매 저장")
    expect(page.get_by_text("연결 없음").first).to_be_visible(timeout=30_000)
    points.fill("40000")
    expect(extras.locator("[aria-invalid=true]")).to_have_count(1)
    expect(page.get_by_text("연결 없이는 한 번에")).to_be_visible()
    expect(save).to_be_disabled()
    points.fill("1200")
    sale = floor.save()
    server.start()
    expect(page.locator(f"[data-sale='{sale}']")).to_have_attribute("data-state", "applied", timeout=90_000)
    expect(page.get_by_test_id("balance")).to_contain_text("포인트 잔액", timeout=60_000)
    Inspector(page, "ko-light").take("floor-receipt-balance")
