"""The desk's screen for what customers read before they agree, as the admin who writes it uses it."""

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

WORDS = "구매 내역을 분석해 맞는 상품을 권해 드립니다."


def test_an_admin_writes_a_wording_and_leaves_publishing_to_another(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _write(page, server, Inspector(page, look))


def _write(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/wordings?state=published")
    sign_in_at_desk(page, "admin")
    settled(page)
    expect(page.locator("tr[data-row]").first).to_be_visible()
    camera.take("admin-wordings")
    page.locator("td a").first.click()
    settled(page)
    page.locator("main header a.btn").click()
    fields = page.locator("main form textarea")
    expect(fields.first).not_to_have_value("")
    fields.first.fill(WORDS)
    expect(page.get_by_test_id("wording-preview")).to_contain_text(WORDS)
    page.locator("main header button[type=submit]").click()
    expect(page.locator("main [role=status], main [aria-live]").first).to_be_visible()
    expect(page.locator("main header button")).to_have_count(1)
    settled(page)
    camera.take("admin-wording-own")
    assert camera.found == {}
