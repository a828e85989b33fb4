"""The house's rules of contacting people at the desk, a complaint on the floor, and why somebody is not texted."""

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


def test_an_admin_sets_how_often_people_are_contacted(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _set(page, server, Inspector(page, look), str(60 + number % 2))


def _set(page: Page, server: DangolServer, camera: Inspector, a_week: str) -> None:
    page.goto(f"{server.url}/admin/limits")
    sign_in_at_desk(page, "admin")
    save = page.locator("main form button[type=submit]")
    expect(save).to_be_disabled()
    week = page.locator("main form input").nth(1)
    week.fill("0")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    expect(save).to_be_disabled()
    page.locator("main form input").first.fill("50")
    week.fill("20")
    save.click()
    # A day cannot allow more than a week: the server says so, beside the field.
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    week.fill(a_week)
    save.click()
    expect(page.locator("main [role=status]")).to_be_visible()
    expect(page.locator("[data-limits]").first).to_contain_text(a_week)
    settled(page)
    camera.take("admin-limits")
    assert camera.found == {}


def test_a_note_may_be_a_complaint_and_the_card_says_what_holds(profile: BrowserContext, server: DangolServer) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    page = floor.page
    floor.open_customer("임수아", "임수아")
    told = page.locator("[data-contact=sms]").first
    expect(told).not_to_contain_text("불만")
    page.get_by_role("button", name="기록 추가").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("textarea").fill("포장이 찢어져 있었다고 하심")
    dialog.get_by_label("불만 사항입니다").check()
    dialog.get_by_role("button", name="저장", exact=True).click()
    expect(page.get_by_text("불만 · ").first).to_be_visible()
    floor.expect_waiting(0)
    page.reload()
    floor.wait_until_ready()
    # She agreed to no texts, which is said before what only delays one.
    expect(told).to_contain_text("광고 수신에 동의하지 않은 고객입니다.")
    expect(page.get_by_text("불만 · ").first).to_be_visible()
