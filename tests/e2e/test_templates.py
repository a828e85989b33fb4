"""Templates on the desk, from the first word to a second person's approval; and a text asked for without a server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.e2e.server import DangolServer


def test_a_template_is_written_sent_back_and_approved_by_somebody_else(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        name = f"spring_{number}"
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            writer = context.new_page()
            speaks(writer, language)
            camera = Inspector(writer, look)
            address = _write_and_ask(writer, server, camera, name)
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            second = context.new_page()
            speaks(second, language)
            other = Inspector(second, look)
            _approve(second, address, other)
        assert camera.found == {}
        assert other.found == {}


def _write_and_ask(page: Page, server: DangolServer, camera: Inspector, name: str) -> str:
    page.goto(f"{server.url}/admin/templates/new")
    sign_in_at_desk(page, "marketer")
    settled(page)
    form = page.locator("main form")
    form.locator("input").first.fill(name)
    form.locator("input[value=service]").check(force=True)
    body = form.locator("textarea")
    body.fill("님, 할인 쿠폰 ₩5,000")
    body.press("Home")
    page.locator("[data-field='customer.name']").click()
    expect(body).to_have_value(re.compile(r"^\{\{ customer\.name \| default: \"\S+\" \}\}님"))
    expect(page.get_by_test_id("template-preview").locator("mark")).to_have_text("₩")
    camera.take("admin-template-new")
    page.locator("section .notice button", has_text="₩").click()
    expect(page.get_by_test_id("template-preview").locator("mark")).to_have_count(0)
    page.locator("header button[type=submit]").click()
    page.wait_for_url(re.compile(r"/admin/templates/[0-9a-f-]{36}$"))
    page.locator("header .btn-primary").click()
    history = page.get_by_test_id("template-history")
    expect(history.locator("[data-version='1']")).to_be_visible()
    # Whoever wrote it is told that another has to approve, and has no button for it.
    expect(page.locator("header .btn-primary")).to_have_count(0)
    camera.take("admin-template-waiting")
    return page.url


def _approve(page: Page, address: str, camera: Inspector) -> None:
    page.goto(address)
    sign_in_at_desk(page, "admin")
    settled(page)
    expect(page.get_by_test_id("template-preview")).to_be_visible()
    camera.take("admin-template-approving")
    page.locator("header .btn-primary").click()
    expect(page.locator("[data-version='1'] .text-primary")).to_be_visible()
    body = page.locator("main textarea")
    body.fill("{{ customer.nmae }}")
    expect(page.locator(".notice.bad")).to_be_visible()
    body.fill("{{ customer.name }}님, 준비되었습니다.")
    expect(page.locator("[data-testid=template-preview]")).to_contain_text("준비되었습니다")
    # Saved by itself when the typing rests: a second version, while the first one stays in use.
    expect(page.locator("header button[type=submit]")).to_have_count(0, timeout=15_000)
    page.reload()
    expect(page.locator("[data-version='2']")).to_be_visible()
    camera.take("admin-template-history")


def test_without_a_server_a_text_is_asked_for_and_its_end_is_told(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    floor.wait_until_offline_capable()
    server.kill()
    _ask(floor, "김민지", "찾으러 오세요", "맡기신 상품이 준비되었습니다")
    asked = floor.page.get_by_test_id("text-asked")
    expect(asked).to_contain_text("이 태블릿에 저장되었습니다")
    floor.page.get_by_role("button", name="닫기").last.click()
    _ask(floor, "김민준", "가을 할인 안내", "이번 주말")
    server.start()
    expect(asked).to_have_attribute("data-state", "applied", timeout=90_000)
    expect(asked).to_contain_text("동의하지 않은 고객")
    floor.page.get_by_role("button", name="닫기").last.click()
    kept = [each["state"] == "skipped" for each in server.get("/api/v1/messages")["items"][:2]]
    assert sorted(kept) == [False, True]


def _ask(floor: Floor, name: str, title: str, words: str) -> None:
    floor.open_customer(name, name)
    floor.page.get_by_role("button", name="문자", exact=True).click()
    dialog = floor.page.get_by_role("dialog", name=re.compile(name))
    dialog.get_by_role("radio", name=re.compile(title)).check()
    expect(dialog.get_by_test_id("text-guess")).to_contain_text(f"{name}님, {words}", timeout=30_000)
    dialog.get_by_role("button", name="문자 요청").click()


def test_the_sheet_without_a_connection_looks_right(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            floor, camera = Floor(page, server.url), Inspector(page, look)
            floor.sign_in()
            floor.wait_until_offline_capable()
            floor.open_customer("4821", "김민지")
            context.set_offline(True)
            page.locator("main button", has_text=re.compile(r"^\s*(문자|Text)\s*$")).click()
            page.locator("dialog input[type=radio]").first.check()
            expect(page.get_by_test_id("text-guess")).to_be_visible(timeout=30_000)
            camera.take("text-offline")
            page.locator("dialog .btn-primary").click()
            expect(page.get_by_test_id("text-asked")).to_be_visible()
            camera.take("text-asked")
            assert camera.found == {}
