"""What people write back, on the desk and on the tablet, and the page by which they refuse, on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium, world
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, Camera, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer

PHONE = {"width": 390, "height": 844}


def test_anybody_refuses_on_a_phone_with_one_tap_and_may_take_it_back(browser: Browser, server: DangolServer) -> None:
    for look, size in views(PHONE):
        language, scheme = LOOKS[look]
        with chromium.new_profile(
            browser, viewport=size, color_scheme=scheme, java_script_enabled=False, locale="ko-KR"
        ) as context:
            page = context.new_page()
            camera = Camera(page, look)
            page.goto(f"{server.url}/o/{world.LINK}?lang={language}")
            expect(page.locator("[data-state=receives]")).to_be_visible()
            camera.take("refusal-page")
            page.locator("button.main").click()
            expect(page.locator("[data-state=day]")).to_be_visible()
            camera.take("refusal-page-refused")
            page.locator("button[value=undo]").click()
            expect(page.locator("[data-state=receives]")).to_be_visible()
            sizes = [box["height"] for each in page.locator("button, nav a").all() if (box := each.bounding_box())]
            assert min(sizes) >= 48
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            page.goto(f"{server.url}/o/unknownunknown?lang={language}")
            camera.take("refusal-page-unknown")


def test_a_manager_works_the_inbox_off_and_reads_the_conversation(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _work_off(page, server, Inspector(page, look))


def _work_off(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/replies")
    sign_in_at_desk(page, "manager")
    rows = page.locator("tr[data-row]")
    expect(rows.nth(2)).to_be_visible()
    settled(page)
    camera.take("admin-replies")
    stranger = rows.filter(has_text="몇 시까지")
    stranger.locator("button").first.click()
    dialog = page.locator("dialog")
    dialog.locator("input").fill("도이")
    dialog.locator("footer button").last.click()
    expect(dialog.locator("li button").first).to_contain_text(world.REPLIER)
    camera.take("admin-reply-assign")
    dialog.locator("footer button").first.click()
    rows.filter(has_text="토요일").locator("button").first.click()
    page.locator("dialog select").select_option(index=2)
    expect(page.locator("dialog .sheet")).to_be_visible()
    camera.take("admin-reply-answer")
    page.locator("dialog footer button").first.click()
    rows.filter(has_text="토요일").locator("a").click()
    thread = page.get_by_test_id("thread")
    expect(thread.locator("[data-direction=in]").first).to_be_visible()
    thread.scroll_into_view_if_needed()
    settled(page)
    camera.take("admin-conversation")
    assert camera.found == {}


def test_an_admin_looks_after_words_ways_and_lists(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            camera = Inspector(page, look)
            page.goto(f"{server.url}/admin/refusals")
            sign_in_at_desk(page, "admin")
            word = f"그만{look}{size['width']}"
            page.locator("form input[maxlength='40']").fill(word)
            page.locator("form button[type=submit]").click()
            expect(page.get_by_text(word.replace("-", "-"))).to_be_visible()
            page.locator("section select").first.select_option(index=1)
            page.locator("input[type=file]").set_input_files(
                {"name": "list.csv", "mimeType": "text/csv", "buffer": b"number,time\n010-0000-9999,2026-11-01\nx,y\n"}
            )
            page.locator("section:has(input[type=file]) button").first.click()
            expect(page.locator("section:has(input[type=file]) [role=status]")).to_be_visible()
            settled(page)
            camera.take("admin-refusals")
            page.get_by_role("button", name=word).click()
            expect(page.get_by_text(word)).to_have_count(0)
            assert camera.found == {}


def test_a_tablet_shows_what_came_in_and_says_so_when_it_cannot(floor: Floor) -> None:
    floor.open_customer("도이", world.REPLIER)
    thread = floor.page.get_by_test_id("thread")
    expect(thread.locator("[data-direction=in]").first).to_be_visible()
    thread.scroll_into_view_if_needed()
    camera = Inspector(floor.page, "ko-light")
    settled(floor.page)
    camera.take("floor-conversation")
    floor.page.locator("a[href='/floor/alerts']").first.click()
    replies = floor.page.get_by_test_id("replies")
    expect(replies.locator("li").first).to_be_visible()
    settled(floor.page)
    camera.take("floor-alerts-replies")
    floor.page.locator("a[href='/floor']").first.click()
    floor.page.context.set_offline(True)
    floor.page.locator("a[href='/floor/alerts']").first.click()
    expect(floor.page.get_by_text("받은 문자는 연결되면 보입니다.")).to_be_visible()
    floor.page.context.set_offline(False)
    assert camera.found == {}
