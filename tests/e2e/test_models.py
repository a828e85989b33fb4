"""How far the forecasts can be trusted, at the desk, and what is forecast of a member."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.conftest import prepared
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.server import DangolServer
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

_MEMBERS = "2000"


@pytest.fixture(scope="module")
def shop(built_pwa: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DangolServer]:
    """A server over the demo, whose members have two years of purchases."""
    del built_pwa
    yield from _serving(_copied(prepared(tmp_path_factory, "demo", [sys.executable, "-m", "tests.e2e.demo", _MEMBERS])))


@pytest.fixture
def new_house(built_pwa: None, world: Path) -> Iterator[DangolServer]:
    """A server over members of whom nobody ever bought anything, and whom nobody forecast anything of."""
    del built_pwa
    folder = _copied(world)
    with closing(sqlite3.connect(folder / "dangol.sqlite3")) as connection:
        for table in ("at_risk", "member_score", "insight_model"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        connection.commit()
    yield from _serving(folder)


def _copied(filled: Path) -> Path:
    folder = filled.with_name(f"{filled.name}-models")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(filled, folder)
    return folder


def _serving(folder: Path) -> Iterator[DangolServer]:
    server = DangolServer(folder)
    server.start()
    yield server
    server.kill()


def test_the_desk_shows_the_models_in_use_and_refreshes_them(browser: Browser, shop: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            camera = Inspector(page, look)
            page.goto(f"{shop.url}/admin/models")
            sign_in_at_desk(page, "marketer")
            _refresh(page, camera)
            _forecast(page, shop, camera)
            assert camera.found == {}


def _refresh(page: Page, camera: Inspector) -> None:
    expect(page.locator("[data-horizon]")).to_have_count(2)
    expect(page.locator("[data-horizon='28'] tbody tr")).to_have_count(5)
    settled(page)
    camera.take("admin-models")
    version = int(page.locator("[data-current]").get_attribute("data-current") or 0)
    page.locator("main header .btn-primary").click()
    expect(page.locator("[data-running]")).to_be_visible()
    settled(page)
    camera.take("admin-models-running")
    expect(page.locator(f"[data-current='{version + 1}']")).to_be_visible(timeout=60_000)
    expect(page.locator(f"[data-version='{version}']")).to_be_visible()


def _forecast(page: Page, shop: DangolServer, camera: Inspector) -> None:
    """Somebody who has one, and somebody who has none: one in seven never agreed, and says so."""
    page.goto(f"{shop.url}/admin/customers")
    links = page.locator("main a[href^='/admin/customers/0']")
    expect(links.first).to_be_visible()
    seen: dict[str, str] = {}
    for path in [links.nth(number).get_attribute("href") or "" for number in range(min(20, links.count()))]:
        page.goto(f"{shop.url}{path}")
        block = page.locator("[data-forecast]")
        expect(block).to_be_visible()
        seen.setdefault(str(block.get_attribute("data-forecast")), path)
        if {"there", "no_consent"} <= set(seen):
            break
    for name in ("there", "no_consent"):
        page.goto(f"{shop.url}{seen[name]}")
        block = page.locator("[data-forecast]")
        block.scroll_into_view_if_needed()
        if name == "there":
            expect(block.locator("[data-reason]")).not_to_have_count(0)
        settled(page)
        camera.take(f"admin-forecast-{name}")


def test_a_house_that_sold_nothing_is_told_what_is_missing(browser: Browser, new_house: DangolServer) -> None:
    with chromium.new_profile(browser, viewport=DESK) as context:
        page = context.new_page()
        camera = Inspector(page, "ko-light")
        page.goto(f"{new_house.url}/admin/models")
        sign_in_at_desk(page, "admin")
        expect(page.get_by_text("아직 예측이 없습니다")).to_be_visible()
        settled(page)
        camera.take("admin-models-empty")
        page.locator("main .btn-primary").click()
        expect(page.get_by_role("status").filter(has_text="회원에게 판매한 기록이 없어")).to_be_visible(timeout=60_000)
        camera.take("admin-models-failed")
        assert camera.found == {}
