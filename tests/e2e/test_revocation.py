"""A tablet is taken out of service: what it has not sent is taken first, and nothing of the book is left on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import sign_in_at_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.floor import Floor
    from tests.e2e.server import DangolServer


def test_a_softly_revoked_tablet_hands_in_its_sale_is_wiped_and_says_why(floor: Floor, server: DangolServer) -> None:
    tablet = floor.tablet_id()
    floor.wait_until_offline_capable()
    server.kill()
    sale = floor.sell()
    floor.expect_waiting(1)
    server.command("tablet", "revoke", tablet)

    server.start()
    expect(floor.page.locator("[data-wiped=revoked]")).to_be_visible(timeout=90_000)
    expect(floor.page.get_by_test_id("sealed")).to_have_attribute("data-count", "0", timeout=90_000)
    assert server.sale_ids().count(sale) == 1
    expect(floor.page.get_by_text("김민지")).to_have_count(0)


def test_the_desk_revokes_a_tablet_with_a_reason_and_shows_its_state(
    browser: Browser, floor: Floor, server: DangolServer
) -> None:
    tablet = floor.tablet_id()
    with chromium.new_profile(browser, viewport={"width": 1280, "height": 800}) as context:
        desk = context.new_page()
        desk.goto(f"{server.url}/admin/tablets")
        sign_in_at_desk(desk, "manager")
        row = desk.locator(f"tr[data-row='{tablet}']")
        expect(row).to_contain_text("사용 중")
        row.get_by_role("button", name=re.compile("해지")).click()
        dialog = desk.locator("dialog[open]")
        dialog.get_by_role("radio", name=re.compile("판매는 받고 해지")).check()
        dialog.get_by_label("이유").fill("새 태블릿으로 바꿈")
        dialog.get_by_role("button", name="해지하기").click()
        expect(row).to_contain_text("해지됨", timeout=20_000)
        expect(row).to_contain_text("새 태블릿으로 바꿈")
    expect(floor.page.locator("[data-wiped=revoked]")).to_be_visible(timeout=60_000)
