"""The desk's screens for what the law gives every person, as an admin uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer


def test_an_admin_sets_what_a_business_unit_shares(browser: Browser, server: DangolServer) -> None:
    for look, (language, scheme) in LOOKS.items():
        for size in (TABLET, DESK):
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
    settled(page)
    camera.take("admin-units")
    choice.select_option("all")
    expect(choice).to_have_value("all")
    assert camera.found == {}
