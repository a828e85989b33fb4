"""Segments at the desk: put together by rules with their figures, saved, changed and undone; a list by pasting."""

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


def test_a_marketer_puts_a_segment_together_and_sees_how_many_it_means(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            camera = Inspector(page, look)
            _make(page, server, camera, f"모음 {number}")
            _list(page, server, camera, f"명단 {number}")
            assert camera.found == {}


def _make(page: Page, server: DangolServer, camera: Inspector, name: str) -> None:
    page.goto(f"{server.url}/admin/segments")
    sign_in_at_desk(page, "admin")
    page.goto(f"{server.url}/admin/segments/new")
    figure = page.locator("[data-figure]")
    expect(figure).to_have_attribute("data-figure", re.compile(r"\d+"))
    everybody = int(figure.get_attribute("data-figure") or 0)
    assert everybody > 0
    group = page.locator("fieldset").first
    group.locator("> div select").last.select_option("points")
    expect(figure).to_have_attribute("data-figure", "")
    group.locator("[data-condition=points] input").fill("20000")
    expect(figure).not_to_have_attribute("data-figure", "")
    with_points = int(figure.get_attribute("data-figure") or 0)
    assert 0 < with_points < everybody
    page.locator("section.sheet .grid button").nth(2).click()
    expect(page.locator("table caption")).to_be_visible()
    expect(page.locator("table tbody tr").first).to_be_visible()
    group.locator("> div select").last.select_option("purchase_sum")
    money = group.locator("[data-condition=purchase_sum]")
    money.locator("input").first.fill("10")
    expect(money.locator("select").nth(1)).to_have_value("KRW")
    settled(page)
    page.locator("main header button").first.click()
    page.locator("main header button").nth(1).click()
    page.locator("section.sheet .grid button").first.click()
    expect(page.locator("table caption")).to_be_visible()
    page.locator("section.sheet input").first.fill(name)
    settled(page)
    camera.take("admin-segments-new")
    page.locator("main header .btn-primary").click()
    expect(page).to_have_url(re.compile(r"/admin/segments/[0-9a-f-]{36}"))
    expect(page.locator("[data-condition=points] input")).to_have_value("20000")
    page.goto(f"{server.url}/admin/segments")
    expect(page.locator(f"[data-segment='{name}']")).to_contain_text(re.compile(r"\d"))
    settled(page)
    camera.take("admin-segments")


def _list(page: Page, server: DangolServer, camera: Inspector, name: str) -> None:
    page.goto(f"{server.url}/admin/segments/new?kind=list")
    page.locator("section.sheet input").fill(name)
    page.locator("main header .btn-primary").click()
    expect(page).to_have_url(re.compile(r"/admin/segments/[0-9a-f-]{36}"))
    field = page.locator("textarea")
    field.fill("아무개")
    page.locator("section.sheet .btn-primary").click()
    expect(page.locator("textarea")).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("아무개")
    camera.take("admin-segments-list")
