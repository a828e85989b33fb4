"""The desk's screens for what the law gives every person, as an admin uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer


def test_an_admin_sets_what_a_business_unit_shares(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _unit_policy(page, server, Inspector(page, look))


def _unit_policy(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/stores")
    sign_in_at_desk(page, "admin")
    settled(page)
    choice = page.locator("section[aria-labelledby='units-title'] select").first
    choice.select_option("own")
    expect(choice).to_have_value("own")
    expect(page.locator("section[aria-labelledby='units-title'] [role=status]")).to_be_visible()
    buyers = page.locator("section[aria-labelledby='units-title'] input[type=checkbox]").first
    buyers.click()
    expect(buyers).to_be_checked()
    settled(page)
    camera.take("admin-units")
    buyers.click()
    expect(buyers).not_to_be_checked()
    choice.select_option("all")
    expect(choice).to_have_value("all")
    assert camera.found == {}


def test_an_admin_makes_a_report_suspends_and_erases(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _rights(page, server, Inspector(page, look))


def _rights(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/customers")
    sign_in_at_desk(page, "admin")
    settled(page)
    person = page.locator("td a").last
    name = person.inner_text()
    person.click()
    rights = page.locator("section[aria-labelledby='rights-title']")
    rights.locator("button").nth(0).click()
    dialog = page.locator("dialog")
    dialog.locator("input").fill("본인이 매장에서 요청")
    camera.take("admin-report")
    dialog.locator("footer button").last.click()
    with page.expect_download() as waited:
        dialog.locator("a[download='report.html']").click()
    assert name in waited.value.path().read_text(encoding="utf-8")
    camera.take("admin-report-ready")
    dialog.locator("footer button").last.click()
    rights.locator("button").nth(1).click()
    dialog.locator("input").fill("분쟁 조정 기관의 요청")
    camera.take("admin-proof")
    dialog.locator("footer button").last.click()
    with page.expect_download() as waited:
        dialog.locator("a[download='consents.html']").click()
    assert name in waited.value.path().read_text(encoding="utf-8")
    dialog.locator("footer button").last.click()
    rights.locator("button").nth(2).click()
    dialog.locator("input").fill("본인 요청")
    dialog.locator("footer button").last.click()
    expect(rights).to_contain_text("본인 요청")
    settled(page)
    camera.take("admin-suspended")
    rights.locator("button").nth(2).click()
    expect(rights).not_to_contain_text("본인 요청")
    rights.locator("button").nth(3).click()
    erase = dialog.locator("footer button").last
    expect(erase).to_be_disabled()
    dialog.locator("input").fill(name)
    camera.take("admin-erase")
    erase.click()
    expect(page).to_have_url(f"{server.url}/admin/customers")
    assert camera.found == {}


def test_an_admin_sets_how_long_things_are_kept(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _retention(page, server, Inspector(page, look))


def _retention(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/retention")
    sign_in_at_desk(page, "admin")
    settled(page)
    rule = page.locator("article[aria-labelledby='rule-texts']")
    standing = rule.locator("[data-standing]")
    off = standing.inner_text()
    rule.locator("input").fill("24")
    rule.locator("button").first.click()
    expect(standing).not_to_have_text(off)
    expect(rule.locator("button").last).to_be_disabled()
    settled(page)
    camera.take("admin-retention")
    members = page.locator("article[aria-labelledby='rule-members']")
    members.locator("input").fill("3")
    members.locator("button").first.click()
    expect(members.locator("[role=alert]")).to_be_visible()
    rule.locator("input").fill("")
    rule.locator("button").first.click()
    expect(standing).to_have_text(off)
    assert camera.found == {}
