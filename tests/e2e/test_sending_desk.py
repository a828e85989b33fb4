"""What goes out, as the desk sees it: the switch, the pace of a sender, and where nothing is sent."""

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


def test_an_admin_stops_everything_goes_on_and_slows_a_sender_down(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _steer(page, server, Inspector(page, look), str(5 + number % 2))


def _steer(page: Page, server: DangolServer, camera: Inspector, rate: str) -> None:
    page.goto(f"{server.url}/admin/sending")
    sign_in_at_desk(page, "admin")
    button = page.locator("main header button")
    button.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input").fill("시험 발송 점검")
    camera.take("admin-sending-stop")
    dialog.locator(".btn-error").click()
    expect(page.locator("main")).to_contain_text("시험 발송 점검")
    settled(page)
    camera.take("admin-sending-stopped")
    button.click()
    expect(page.locator("main")).not_to_contain_text("시험 발송 점검")
    lane = page.locator("[data-lane]").first
    lane.locator("input").fill("x")
    expect(lane.locator("[aria-invalid=true]")).to_have_count(1)
    lane.locator("input").fill(rate)
    lane.locator("button[type=submit]").click()
    expect(lane.locator("p").nth(1)).to_contain_text(rate)
    lane.locator("button[type=button]").click()
    expect(lane.locator("p").nth(1)).to_have_class("text-sm text-alert")
    lane.locator("button[type=button]").click()
    expect(lane.locator("p").nth(1)).to_contain_text(rate)
    settled(page)
    camera.take("admin-sending")
    assert camera.found == {}
