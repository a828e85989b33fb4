"""Partners and corrections by hand at the desk, as a manager asks and an admin decides; with pictures."""

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


def test_a_correction_waits_for_another_admin_and_points_go_to_a_partner(
    browser: Browser, server: DangolServer
) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            camera = Inspector(page, look)
            _decide(page, server, camera)
            _correct(page, server, camera)
            assert camera.found == {}


def _decide(page: Page, server: DangolServer, camera: Inspector) -> None:
    """What a manager of the demo asked for is approved."""
    page.goto(f"{server.url}/admin/points")
    sign_in_at_desk(page, "admin")
    settled(page)
    expect(page.get_by_test_id("attention-corrections")).to_be_visible()
    waiting = page.locator("[data-correction]")
    count = waiting.count()
    camera.take("admin-corrections")
    waiting.first.locator(".btn-primary").click()
    camera.take("admin-corrections-approve")
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(waiting).to_have_count(count - 1)


def _correct(page: Page, server: DangolServer, camera: Inspector) -> None:
    """A small correction counts at once and is taken back; a large one waits; points go to the airline."""
    page.goto(f"{server.url}/admin/partners/SKYWAY")
    settled(page)
    page.locator("td a").first.click()
    settled(page)
    member = page.locator("section").filter(has=page.get_by_test_id("balance"))
    before = member.get_by_test_id("balance").inner_text()
    _ask(page, "500")
    expect(member.locator("[data-correction=applied]").first).to_be_visible()
    expect(member.get_by_test_id("balance")).not_to_have_text(before)
    member.locator("[data-correction=applied] button").first.click()
    expect(member.get_by_test_id("balance")).to_have_text(before)
    _ask(page, "90000", camera)
    expect(member.locator("[data-correction=waiting]").first).to_be_visible()
    member.locator("[data-correction=waiting] button").first.click()
    expect(member.locator("[data-correction=waiting]")).to_have_count(0)
    member.locator(".btn-secondary").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input").nth(0).fill("SW000077")
    dialog.locator("input").nth(1).fill("100")
    dialog.locator("input").nth(2).fill("가족 여행")
    camera.take("admin-member-send")
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_have_count(0)
    expect(member.locator("[data-transfer=asked]").first).to_be_visible()
    member.scroll_into_view_if_needed()
    camera.take("admin-member-points")


def _ask(page: Page, points: str, camera: Inspector | None = None) -> None:
    page.locator("section").filter(has=page.get_by_test_id("balance")).locator(".btn-ghost").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[inputmode=numeric]").fill(points)
    dialog.locator("input[maxlength='200']").fill("행사 적립 누락")
    dialog.locator("select").select_option(index=1)
    if camera is not None:
        camera.take("admin-member-correct")
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_have_count(0)


def test_an_admin_keeps_partners_rates_and_keys(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            camera = Inspector(page, look)
            page.goto(f"{server.url}/admin/partners")
            sign_in_at_desk(page, "admin")
            settled(page)
            camera.take("admin-partners")
            _add(page, camera, f"RAIL{number}")
            page.locator(f"[data-partner=RAIL{number}] a").click()
            settled(page)
            page.locator("section .btn-ghost").first.click()
            fields = page.get_by_role("dialog").locator("input[inputmode=numeric]")
            for field, value in enumerate(("3", "2", "900")):
                fields.nth(field).fill(value)
            camera.take("admin-partner-rate")
            page.get_by_role("dialog").locator("button[type=submit]").click()
            expect(page.locator("[data-rate=in]")).to_have_count(1)
            page.locator("section .btn-ghost").nth(1).click()
            expect(page.get_by_test_id("secret")).to_contain_text("dgp_")
            page.get_by_role("dialog").locator(".btn-primary").click()
            expect(page.locator("[data-key=true]")).to_have_count(1)
            page.goto(f"{server.url}/admin/partners/SKYWAY")
            settled(page)
            expect(page.get_by_test_id("statement")).to_be_visible()
            camera.take("admin-partner")
            assert camera.found == {}


def _add(page: Page, camera: Inspector, code: str) -> None:
    page.locator("main header .btn-primary").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(3)
    inputs = dialog.locator("input")
    inputs.nth(0).fill("푸른철도")
    inputs.nth(2).fill(code)
    dialog.locator("select").nth(1).select_option(index=1)
    camera.take("admin-partners-new")
    dialog.locator("button[type=submit]").click()
    expect(page.locator(f"[data-partner={code}]")).to_be_visible()
