"""Who looked at whose data, as an admin reads it at the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer


def test_an_admin_finds_who_looked_at_a_member(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _who_looked(page, server, Inspector(page, look))


def _who_looked(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/customers")
    sign_in_at_desk(page, "admin")
    settled(page)
    person = page.locator("td a").first
    name = person.inner_text()
    person.click()
    page.locator("a[href^='/admin/access?customer=']").click()
    settled(page)
    rows = page.locator("tr[data-row]")
    expect(rows.first).to_contain_text(name)
    expect(rows.first).to_contain_text("admin")
    camera.take("admin-access")
    page.locator("input[type=date]").fill("2020-01-01")
    page.locator("input[type=date]").blur()
    expect(rows).to_have_count(0)
    expect(page).to_have_url(re.compile(r"customer=.*day=2020-01-01"))
    settled(page)
    camera.take("admin-access-none")
    assert camera.found == {}
