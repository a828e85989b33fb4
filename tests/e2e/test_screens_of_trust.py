"""Pictures, and axe's opinion, of the screens that guard a tablet: lock, attention, returns, the manager's inbox."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium, world
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.test_accessibility import complaints
from tests.e2e.test_screens import DESK, LOOKS, TABLET, Camera, named, views

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer


class Inspector(Camera):
    """Takes a picture and notes what axe finds on it."""

    def __init__(self, page: Page, look: str) -> None:
        super().__init__(page, look)
        self.found: dict[str, list[str]] = {}

    def take(self, name: str) -> None:
        """Take the picture; a fault that axe finds fails the test in the end."""
        super().take(name)
        if faults := complaints(self.page):
            self.found[name] = faults


_WHO = dict(zip(product(LOOKS, (TABLET["width"], DESK["width"])), list(world.OWN_PEOPLE)[2:], strict=True))


def speaks(page: Page, language: str) -> None:
    """Have the screens speak a language from the first page on."""
    page.add_init_script(f"localStorage.setItem('dangol.language', JSON.stringify('{language}'))")


@pytest.mark.parametrize(("look", "size"), views(TABLET, DESK), ids=named)
def test_the_screens_that_guard_a_tablet(
    browser: Browser, server: DangolServer, look: str, size: dict[str, Any]
) -> None:
    language, scheme = LOOKS[look]
    who = _WHO[look, size["width"]]
    with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        speaks(page, language)
        floor, camera = Floor(page, server.url), Inspector(page, look)
        floor.open()
        page.locator("main > button").first.click()
        page.locator("input[name=username]").fill(who)
        page.locator("input[name=password]").fill(world.OWN_PASSWORD)
        page.locator("form button[type=submit]").click()
        floor.wait_until_ready()
        sale = _sell(floor)
        page.locator("nav a[href='/floor']").click()
        floor.search("황보솔")
        camera.take("beyond")
        floor.open_customer("4821", "김민지")
        changes = {"memo": {"from": "예전에 적은 것", "to": "향 없는 제품을 찾으심"}}
        floor.record_behind("customer.edit", [{"customer_id": page.url.rsplit("/", 1)[1], "changes": changes}])
        page.locator(f"[data-sold='{sale}'] button").click()
        expect(page.locator("dialog [data-line]")).to_be_visible()
        camera.take("return")
        page.keyboard.press("Escape")
        expect(page.locator("nav a[href='/floor/alerts'] .count")).to_have_text("1", timeout=30_000)
        page.locator("nav a[href='/floor/alerts']").click()
        camera.take("attention")
        page.locator("nav a[href='/floor/me']").click()
        camera.take("me-protection")
        page.locator("nav .lock button").click()
        floor.expect_lock("locked")
        camera.take("lock")
        # Without a line the tries are the tablet's own: the server would slow down everybody at this address.
        context.set_offline(True)
        floor.choose_at_lock(who)
        for _ in range(10):
            tries = page.get_by_test_id("tries-left")
            before = tries.inner_text() if tries.count() else ""
            page.locator("form[data-way] input").fill("certainly-not-this")
            page.locator("form[data-way] button[type=submit]").click()
            expect(tries.filter(has_not_text=before or "-").or_(page.locator("[data-wiped]"))).to_be_visible()
            if before == "":
                camera.take("lock-password")
        camera.take("wiped")
    assert camera.found == {}


@pytest.mark.parametrize("look", LOOKS)
def test_the_screens_of_a_manager(browser: Browser, server: DangolServer, look: str) -> None:
    language, scheme = LOOKS[look]
    with chromium.new_profile(browser, viewport=DESK, color_scheme=scheme) as context:
        page = context.new_page()
        speaks(page, language)
        camera = Inspector(page, look)
        page.goto(f"{server.url}/admin/conflicts")
        sign_in_at_desk(page, "manager")
        settled(page)
        camera.take("admin-conflicts")
        page.goto(f"{server.url}/admin/sales?flagged=open")
        settled(page)
        camera.take("admin-sales-flagged")
        page.goto(f"{server.url}/admin/tablets")
        page.locator("tr[data-row] button").first.click()
        expect(page.locator("dialog[open]")).to_be_visible()
        camera.take("admin-revoke")
    assert camera.found == {}


def _sell(floor: Floor) -> str:
    """Sell to a member of the tests' world in whichever language the screens speak; the sale's id."""
    floor.open_customer("4821", "김민지")
    floor.page.locator("article footer .btn-primary").click()
    floor.add_product("수분크림", "HN-CREAM-50")
    floor.page.locator(".basket .btn-primary").last.click()
    receipt = floor.page.locator("[data-sale]")
    expect(receipt).to_have_attribute("data-state", "applied", timeout=30_000)
    sale = receipt.get_attribute("data-sale")
    assert sale is not None
    return sale
