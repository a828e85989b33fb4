"""The desk's screen of what people are owed to be told about their consents, as an admin works it off."""

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

_REFUSES_BY_PHONE = """async () => {
    const found = await (await fetch('/api/v1/customers?limit=3')).json();
    const said = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
    for (const [index, { id }] of found.items.entries())
        await fetch(`/api/v1/customers/${id}/consents`, {
            method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ purpose: 'marketing', channel: 'call', granted: false, wording_version: 'none',
                occurred_at: said(index * 8), evidence: { method: 'spoken' } }) });
}"""


def test_an_admin_tells_whom_no_text_reaches(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _work_off(page, server, Inspector(page, look))


def _work_off(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/notices?state=queued")
    sign_in_at_desk(page, "admin")
    page.evaluate(_REFUSES_BY_PHONE)
    page.locator("nav a[href='/admin/notices']").click()
    rows = page.locator("tr[data-row]")
    expect(rows.nth(2)).to_be_visible()
    settled(page)
    camera.take("admin-notices")
    notice, name = rows.first.get_attribute("data-row"), rows.first.locator("a").inner_text()
    rows.first.locator("button").click()
    dialog = page.locator("dialog")
    save = dialog.locator("footer button").last
    expect(save).to_be_disabled()
    dialog.locator("input:not([type=radio])").fill("계산대에서 안내문을 드림")
    camera.take("admin-notice-tell")
    save.click()
    expect(page.locator("main [role=status]").first).to_contain_text(name)
    expect(page.locator(f"tr[data-row='{notice}']")).to_have_count(0)
    page.goto(f"{server.url}/admin/notices?state=told")
    told = page.locator(f"tr[data-row='{notice}']")
    expect(told).to_contain_text("계산대에서 안내문을 드림")
    expect(told.locator("button")).to_have_count(0)
    settled(page)
    camera.take("admin-notices-told")
    assert camera.found == {}
