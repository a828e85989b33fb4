"""Partners and corrections by hand at the desk, as a manager asks and an admin decides; with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from backend.core import clock
from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.e2e.server import DangolServer


PARTNER = """async ([code, unit, today]) => {
  const send = async (path, body) => {
    const answer = await fetch(`/api/v1/partners${path}`, {
      method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await send('', {code, name: '하늘길항공', name_latin: 'Skyway Air', kind: 'alliance', business_unit: unit});
  for (const direction of ['in', 'out'])
    await send(`/${code}/rates`, {direction, theirs: 10, ours: 12, price: 800, starts_on: today});
}"""


def test_a_manager_asks_an_admin_decides_and_points_go_to_a_partner(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        for login, work in (("manager", _ask_for_much), ("admin", _decide)):
            with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
                page = context.new_page()
                speaks(page, language)
                camera = Inspector(page, look)
                page.goto(f"{server.url}/admin/customers")
                sign_in_at_desk(page, login)
                settled(page)
                work(page, server, camera, number)
                assert camera.found == {}


def _member(page: Page, number: int) -> Locator:
    """The points of a member, on her page."""
    page.locator("td a").nth(number).click()
    settled(page)
    return page.locator("section").filter(has=page.get_by_test_id("balance"))


def _ask_for_much(page: Page, server: DangolServer, camera: Inspector, number: int) -> None:
    """More than a manager corrects alone waits; less counts at once and is taken back."""
    del server
    member = _member(page, number)
    before = member.get_by_test_id("balance").inner_text()
    _ask(page, "500")
    expect(member.get_by_test_id("balance")).not_to_have_text(before)
    member.locator("[data-correction=applied] button").first.click()
    expect(member.get_by_test_id("balance")).to_have_text(before)
    _ask(page, "90000", camera)
    expect(member.locator("[data-correction=waiting]")).to_have_count(1)


def _ask(page: Page, points: str, camera: Inspector | None = None) -> None:
    page.locator("section").filter(has=page.get_by_test_id("balance")).locator(".btn-ghost").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[inputmode=numeric]").fill(points)
    dialog.locator("input[maxlength='200']").fill("행사 적립 누락")
    if camera is not None:
        camera.take("admin-member-correct")
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_have_count(0)


def _decide(page: Page, server: DangolServer, camera: Inspector, number: int) -> None:
    """What a manager asked for is approved; some of it goes to an airline."""
    page.goto(f"{server.url}/admin/points")
    settled(page)
    expect(page.get_by_test_id("attention-corrections")).to_be_visible()
    waiting = page.locator("[data-correction]")
    expect(waiting).to_have_count(1)
    camera.take("admin-corrections")
    waiting.first.locator(".btn-primary").click()
    camera.take("admin-corrections-approve")
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(waiting).to_have_count(0)
    code, today = f"SKY{number}", clock.now().astimezone(ZoneInfo("Asia/Seoul")).date().isoformat()
    page.evaluate(PARTNER, [code, "DF", today])
    page.goto(f"{server.url}/admin/customers")
    settled(page)
    member = _member(page, number)
    member.locator(".btn-secondary").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("select").select_option(code)
    for field, value in enumerate(("SW000077", "1,205", "가족 여행")):
        dialog.locator("input").nth(field).fill(value)
    camera.take("admin-member-send")
    dialog.locator("button[type=submit]").click()
    expect(member.locator("[data-transfer=asked]")).to_have_count(1)
    member.scroll_into_view_if_needed()
    camera.take("admin-member-points")
    page.goto(f"{server.url}/admin/partners/{code}")
    settled(page)
    expect(page.get_by_test_id("statement")).to_be_visible()
    camera.take("admin-partner")


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
            _limit(page, camera)
            assert camera.found == {}


def _limit(page: Page, camera: Inspector) -> None:
    page.locator("main header .btn-quiet").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("input").first).to_have_value("푸른철도")
    dialog.locator("input.numeric").first.fill("4321")
    camera.take("admin-partner-change")
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("main")).to_contain_text("4,321")


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
