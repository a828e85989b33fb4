"""Pictures of every screen as people see them, over the demo's data; each shows something that works.

They go to `test-results/screens`, which git ignores: each screen in each look and at each size, though not in every
look at every size, which `DANGOL_EVERY_VIEW=1` takes. `DANGOL_README_SCREENSHOTS=1` does so and renews the few of the
README in `docs/screenshots`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import cycle, islice, product
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.conftest import prepared
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.server import ROOT, DangolServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

FOLDER = ROOT / "test-results" / "screens"
README = ROOT / "docs" / "screenshots"
TABLET, DESK, PHONE = {"width": 834, "height": 1112}, {"width": 1280, "height": 800}, {"width": 390, "height": 844}
LOOKS = {"ko-light": ("ko", "light"), "en-dark": ("en", "dark")}
# Where the README has its pictures from: name, look and width.
SHOWN = {
    ("find", "ko-light", 1280): "find",
    ("card", "ko-light", 834): "card",
    ("sell", "ko-light", 834): "sell",
    ("text", "ko-light", 1280): "text",
    ("simulator", "ko-light", 1280): "simulator",
    ("admin-template", "ko-light", 1280): "admin-template",
    ("card", "en-dark", 1280): "card-dark",
    ("lock", "ko-light", 1280): "lock",
    ("admin-conflicts", "ko-light", 1280): "conflicts",
}
_RENEWS_README = bool(os.environ.get("DANGOL_README_SCREENSHOTS"))
_EVERY_VIEW = _RENEWS_README or bool(os.environ.get("DANGOL_EVERY_VIEW"))
_MEMBERS = "2000"
_A_FULL_LIST = 5
_LIGHT_ENOUGH = 300_000


def views(*sizes: dict[str, int]) -> list[tuple[str, dict[str, int]]]:
    """(look, size) of the pictures of a screen."""
    if _EVERY_VIEW:
        return list(product(LOOKS, sizes))
    times = max(len(LOOKS), len(sizes))
    return list(islice(zip(cycle(LOOKS), cycle(sizes), strict=False), times))


def named(view: str | dict[str, int]) -> str:
    """A part of a view in the name of a test."""
    return view if isinstance(view, str) else str(view["width"])


@pytest.fixture(scope="module")
def demo(built_pwa: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DangolServer]:
    """A server over the demo that `make run` shows, with fewer members."""
    del built_pwa
    world = prepared(tmp_path_factory, "demo", [sys.executable, "-m", "tests.e2e.demo", _MEMBERS])
    folder = tmp_path_factory.mktemp("demo-server")
    shutil.copytree(world, folder, dirs_exist_ok=True)
    server = DangolServer(folder)
    server.start()
    yield server
    server.kill()


class Camera:
    """Takes a picture of a page under a name."""

    def __init__(self, page: Page, look: str) -> None:
        self.page, self.look = page, look

    def take(self, name: str) -> None:
        """Write the picture to its folder, and to the README's when it is one of those and that is asked for."""
        # What comes from the server has come: no skeleton stands in its place.
        expect(self.page.locator(".later, [aria-busy=true]")).to_have_count(0)
        size = self.page.viewport_size
        assert size is not None
        path = FOLDER / f"{name}.{self.look}.{size['width']}.png"
        self.page.screenshot(path=path, animations="disabled", caret="hide")
        shown = SHOWN.get((name, self.look, size["width"]))
        if shown and _RENEWS_README:
            README.mkdir(parents=True, exist_ok=True)
            _lighten(path, README / f"{shown}.png")


@pytest.mark.parametrize(("look", "size"), views(TABLET, DESK, PHONE), ids=named)
def test_the_floors_screens(browser: Browser, demo: DangolServer, look: str, size: dict[str, Any]) -> None:
    language, scheme = LOOKS[look]
    with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('dangol.language', JSON.stringify('{language}'))")
        floor, camera = Floor(page, demo.url), Camera(page, look)
        floor.open()
        expect(page.locator("[data-login=associate]")).to_be_visible()
        camera.take("sign-in")
        floor.sign_in()
        camera.take("find-empty")
        regular = _a_regular_among_the_found(floor)
        camera.take("find")
        regular.click()
        expect(page).to_have_url(re.compile("/floor/customers/"))
        camera.take("card")
        page.locator("article footer .btn-primary").click()
        floor.add_first_products("하늘담", 3)
        camera.take("sell")
        page.locator(".basket .btn-primary").last.click()
        expect(page.locator("[data-sale]")).to_have_attribute("data-state", "applied", timeout=30_000)
        camera.take("receipt")
        if size is PHONE:
            return
        page.go_back()
        page.locator("article footer button").nth(1).click()
        page.get_by_role("radio").first.check()
        expect(page.get_by_test_id("text-verdict")).to_be_visible()
        camera.take("text")
        page.keyboard.press("Escape")
        floor.open_sending()
        camera.take("sending")
        page.keyboard.press("Escape")
        for place in ("register", "due", "alerts", "me"):
            floor.open(f"/floor/{place}")
            floor.wait_until_ready()
            settled(page)
            camera.take(place)


@pytest.mark.parametrize("look", LOOKS)
def test_the_desks_screens(browser: Browser, demo: DangolServer, look: str) -> None:
    language, scheme = LOOKS[look]
    with chromium.new_profile(browser, viewport=DESK, color_scheme=scheme) as context:
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('dangol.language', JSON.stringify('{language}'))")
        camera = Camera(page, look)
        page.goto(f"{demo.url}/admin")
        sign_in_at_desk(page, "admin")
        for place in ("templates", "messages", "customers", "sales", "points", "stores", "staff", "tablets"):
            page.goto(f"{demo.url}/admin/{place}")
            settled(page)
            camera.take(f"admin-{place}")
        page.goto(f"{demo.url}/admin/templates")
        page.locator("td a").first.click()
        expect(page.get_by_test_id("template-preview")).to_be_visible()
        camera.take("admin-template")
        for place in ("customers", "sales"):
            page.goto(f"{demo.url}/admin/{place}")
            page.locator("td a").first.click()
            settled(page)
            camera.take(f"admin-{place}-one")


@pytest.mark.parametrize("look", LOOKS)
def test_the_simulators_phone(browser: Browser, demo: DangolServer, look: str) -> None:
    language, scheme = LOOKS[look]
    with chromium.new_profile(browser, viewport=DESK, color_scheme=scheme) as context:
        page = context.new_page()
        camera = Camera(page, look)
        person = demo.text_somebody()
        page.goto(f"{demo.url}/simulator?lang={language}&to={person.replace('+', '%2B')}")
        expect(page.locator(".bubble").last).to_be_visible()
        camera.take("simulator")


def _a_regular_among_the_found(floor: Floor) -> Locator:
    """Show a list of some length; the row of a member who bought often enough to be late, or the first row."""
    for query in ("ㄱㅁㅈ", "ㄱㅁ", "ㄱㅈ", "ㄱ"):
        rows = floor.search(query)
        if rows.count() >= _A_FULL_LIST:
            break
    late = rows.filter(has=floor.page.locator(".text-alert"))
    return late.first if late.count() else rows.first


def _lighten(source: Path, target: Path) -> None:
    """Write a PNG with fewer colours where the machine can; a README need not weigh megabytes."""
    shutil.copy(source, target)
    if shutil.which("pngquant"):
        command = ["pngquant", "--force", "--skip-if-larger", "--output", str(target), "256", str(target)]
        subprocess.run(command, check=False)
    assert target.stat().st_size < _LIGHT_ENOUGH, f"{target.name} is too heavy for a README"
