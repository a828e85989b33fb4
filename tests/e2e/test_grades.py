"""Grades at the desk and on a card: defined, evaluated, looked at and applied; the tablet says what is missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer


def test_an_admin_defines_grades_evaluates_and_applies(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            camera = Inspector(page, look)
            _define(page, server, camera, number)
            _evaluate(page, camera)
            _invite(page, server, camera)
            assert camera.found == {}


def _define(page: Page, server: DangolServer, camera: Inspector, number: int) -> None:
    page.goto(f"{server.url}/admin/grades")
    sign_in_at_desk(page, "admin")
    settled(page)
    pearl = (f"pearl{number}", f"진주 {number}", f"{number + 5}00000")
    for code, name, spend in (("base", "일반", ""), ("gold", "골드", "300,000"), pearl):
        if page.locator(f"[data-grade={code}]").count():
            continue
        page.locator("main header .btn-primary").click()
        form = page.get_by_role("dialog").locator("form")
        page.get_by_role("dialog").locator("button[type=submit]").click()
        expect(form.locator("[aria-invalid=true]")).to_have_count(2)
        form.locator("input").nth(0).fill(name)
        form.locator("input").nth(2).fill(code)
        form.locator("fieldset").nth(0).locator("input").nth(0).fill(spend)
        camera.take("admin-grades-new")
        page.get_by_role("dialog").locator("button[type=submit]").click()
        expect(page.locator(f"[data-grade={code}]")).to_contain_text(name)
    settled(page)
    camera.take("admin-grades")


def _evaluate(page: Page, camera: Inspector) -> None:
    page.locator("form button[type=submit]").first.click()
    expect(page.locator("[data-state=ready]")).to_be_visible(timeout=30_000)
    settled(page)
    camera.take("admin-grades-evaluation")
    apply = page.locator("main header .btn-primary")
    if apply.is_enabled():
        apply.click()
        page.get_by_role("dialog").locator(".btn-primary").click()
        expect(page.locator("[data-state=applied]")).to_be_visible(timeout=30_000)


def _invite(page: Page, server: DangolServer, camera: Inspector) -> None:
    page.goto(f"{server.url}/admin/customers?q=%EA%B9%80%EB%AF%BC%EC%A4%80")
    page.get_by_role("link", name=re.compile("김민준")).first.click()
    section = page.locator("section", has=page.locator("[data-grade-change], .btn-ghost")).filter(
        has=page.get_by_role("heading", name=re.compile("^(등급|Grade)$"))
    )
    section.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input").last.fill("개점 초대")
    camera.take("admin-grades-invite")
    dialog.locator("button[type=submit]").click()
    expect(section.locator("[data-grade-change=invite]").first).to_contain_text("개점 초대")
    settled(page)
    camera.take("admin-member-grade")


def test_a_card_says_what_is_missing_to_the_next_grade_and_without_a_server_that_it_cannot(floor: Floor) -> None:
    floor.open_customer("김민준", "김민준")
    block = floor.page.get_by_role("region", name="등급")
    expect(block).to_contain_text(re.compile("부터|실버|일반|골드|진주"))
    settled(floor.page)
    floor.page.context.set_offline(True)
    floor.page.reload()
    floor.wait_until_ready()
    expect(floor.page.get_by_role("region", name="등급")).to_contain_text("연결")
