"""axe-core finds nothing to complain about on any screen, in light and in dark."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, settled, sign_in_at_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_DESK = {"width": 1280, "height": 800}

_DESK_PLACES = ("templates", "templates/new", "messages", "customers", "sales", "points", "stores", "staff", "tablets")


def complaints(page: Page) -> list[str]:
    """What axe says about the page as it stands, a line for each kind of fault."""
    options = {"runOnly": _RULES, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {each['help']} – {[node['target'] for node in each['nodes'][:3]]}" for each in found]


@contextmanager
def _tablet(browser: Browser, server: DangolServer, scheme: str) -> Iterator[Floor]:
    with chromium.new_profile(browser, color_scheme=scheme) as context:
        yield Floor(context.new_page(), server.url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_floor_has_no_barriers(browser: Browser, server: DangolServer, scheme: str) -> None:
    with _tablet(browser, server, scheme) as floor:
        page = floor.page
        found: dict[str, list[str]] = {}
        floor.open()
        expect(page.locator("[data-login=associate]")).to_be_visible()
        found["sign-in"] = complaints(page)
        floor.sign_in()
        found["find"] = complaints(page)
        floor.search("4821")
        found["results"] = complaints(page)
        floor.open_customer("김민지", "김민지")
        settled(page)
        found["card"] = complaints(page)
        page.get_by_role("button", name="문자", exact=True).click()
        page.get_by_role("radio", name=re.compile("가을 할인 안내")).check()
        expect(page.get_by_test_id("text-verdict")).to_be_visible()
        found["text"] = complaints(page)
        page.keyboard.press("Escape")
        floor.start_sale()
        floor.add_product("수분크림", "HN-CREAM-50")
        found["sell"] = complaints(page)
        floor.save()
        found["receipt"] = complaints(page)
        floor.open_sending()
        found["sending"] = complaints(page)
        page.keyboard.press("Escape")
        for place in ("register", "due", "alerts", "me"):
            floor.open(f"/floor/{place}")
            floor.wait_until_ready()
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            found[place] = complaints(page)
    assert {screen: faults for screen, faults in found.items() if faults} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_has_no_barriers(browser: Browser, server: DangolServer, scheme: str) -> None:
    with chromium.new_profile(browser, color_scheme=scheme, viewport=_DESK) as context:
        page = context.new_page()
        found: dict[str, list[str]] = {}
        page.goto(f"{server.url}/admin")
        sign_in_at_desk(page, "admin")
        for place in (
            "templates",
            "templates/new",
            "messages",
            "segments",
            "segments/new?example=points",
            "customers",
            "sales",
            "points",
            "stores",
            "staff",
            "tablets",
        ):
            page.goto(f"{server.url}/admin/{place}")
            settled(page)
            found[place] = complaints(page)
        page.goto(f"{server.url}/admin/templates")
        page.get_by_role("link", name="가을 할인 안내").click()
        expect(page.get_by_test_id("template-preview")).to_be_visible()
        found["template"] = complaints(page)
        page.goto(f"{server.url}/simulator")
        found["simulator"] = complaints(page)
    assert {screen: faults for screen, faults in found.items() if faults} == {}
