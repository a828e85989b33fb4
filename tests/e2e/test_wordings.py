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


_DRAFT_AND_COLLEAGUE = """async () => {
    const post = async (path, body) => (await fetch(`/api/v1/${path}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
    await post('staff', { login: 'second.admin', name: '문다온', role: 'admin', password: 'early-harbour-27' });
    const words = { text_ko: '도쿄점에 알립니다.', text_en: 'Told in Tokyo.' };
    return (await post('consent-wordings', { purpose: 'abroad', recipient: '도쿄점', ...words })).id;
}"""


def test_another_admin_publishes_what_one_wrote_and_retires_it(browser: Browser, server: DangolServer) -> None:
    with chromium.new_profile(browser, viewport=DESK) as context:
        page = context.new_page()
        page.goto(f"{server.url}/admin/wordings")
        sign_in_at_desk(page, "admin")
        wording = page.evaluate(_DRAFT_AND_COLLEAGUE)
    with chromium.new_profile(browser, viewport=DESK) as context:
        page = context.new_page()
        speaks(page, "ko")
        camera = Inspector(page, "ko-light")
        page.goto(f"{server.url}/admin/wordings/{wording}")
        page.locator("main > button").first.click()
        page.locator("input[name=username]").fill("second.admin")
        page.locator("input[name=password]").fill("early-harbour-27")
        page.locator("form button[type=submit]").click()
        settled(page)
        main = page.locator("main")
        main.locator("header .btn-primary").click()
        expect(main).to_contain_text("게시 중")
        expect(main.locator("textarea").first).to_have_attribute("readonly", "")
        camera.take("admin-wording-published")
        main.locator("header button").click()
        dialog = page.locator("dialog")
        camera.take("admin-wording-retire")
        dialog.locator("footer .btn-primary").click()
        expect(dialog).to_have_count(0)
        expect(main.locator("header button")).to_have_count(0)
        page.goto(f"{server.url}/admin/wordings?state=retired")
        expect(page.locator(f"td a[href*='{wording}']")).to_be_visible()
        assert camera.found == {}
