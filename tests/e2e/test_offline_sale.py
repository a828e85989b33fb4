"""The story the tablet exists for: the server is gone, the customer is not."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.chromium import open_profile
from tests.e2e.floor import Floor

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, BrowserType

    from tests.e2e.server import DangolServer


def test_find_and_sell_without_a_server_and_the_sale_arrives_once(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    server.kill()

    assert floor.search("4821").count() == 3
    # In which order depends on what was sold to them lately.
    assert sorted(name.strip()[:2] for name in floor.search("ㄱㅁㅈ").all_text_contents()) == ["강미", "김민", "김민"]
    sale = floor.sell("김ㅁㅈ", "김민지")

    expect(floor.page.get_by_role("heading", name="이 태블릿에 저장됨")).to_be_visible()
    floor.expect_waiting(1)
    before = server.sale_ids()
    assert sale not in before

    server.start()
    expect(floor.page.locator(f"[data-sale='{sale}']")).to_have_attribute("data-state", "applied", timeout=90_000)
    expect(floor.page.get_by_role("heading", name="전송됨")).to_be_visible()
    floor.expect_waiting(0)
    floor.next_customer()
    assert json.loads(server.command("sales", "ids", "--json")) == [*before, sale]


def test_the_app_opens_again_and_finds_while_the_server_is_stopped(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    floor.wait_until_offline_capable()
    customer = floor.open_customer("kim minji", "김민지")
    server.kill()

    floor.page.reload()
    floor.wait_until_ready()
    expect(floor.page.get_by_role("heading", name="김민지")).to_be_visible()
    expect(floor.page).to_have_url(re.compile(f"/floor/customers/{customer}$"))
    expect(floor.page.get_by_text("연결 없음").first).to_be_visible()

    # A new tab on another address is the app, too.
    other = Floor(profile.new_page(), server.url)
    other.open("/floor/sell")
    other.wait_until_ready()
    other.add_product("ㅅㅂㅋㄹ", "HN-CREAM-50")
    expect(other.page.get_by_test_id("basket-total")).to_contain_text("89,000")


def test_a_sale_outlives_the_tab_that_is_killed_right_after_saved(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    floor.wait_until_offline_capable()
    server.kill()
    sale = floor.sell()
    _kill_tab(floor)

    again = Floor(profile.new_page(), server.url)
    again.open()
    again.wait_until_ready()
    again.expect_waiting(1)
    assert sale in again.stored_outbox()

    server.start()
    again.expect_waiting(0, within=90_000)
    assert server.sale_ids().count(sale) == 1
    assert server.receipts(sale) == [sale]


def test_a_sale_outlives_the_whole_browser_that_is_killed_right_after_saved(
    chromium: BrowserType, server: DangolServer, tmp_path: Path
) -> None:
    folder = tmp_path / "profile"
    context = open_profile(chromium, folder)
    floor = Floor(context.pages[0], server.url)
    floor.sign_in()
    floor.wait_until_offline_capable()
    server.kill()
    sale = floor.sell()
    _kill_browser_of(folder)

    context = open_profile(chromium, folder)
    try:
        floor = Floor(context.pages[0], server.url)
        floor.open()
        assert sale in floor.stored_outbox()
        server.start()
        floor.open()
        # Chromium writes cookies down within half a minute only. Whoever lost hers signs in again; the sale is there.
        # Whoever kept hers is let in by the demo itself: its people cannot be pressed while that happens.
        person, sent = floor.page.locator("[data-login=associate]:enabled"), floor.waiting.filter(has_text="대기 0")
        expect(person.or_(sent)).to_be_visible(timeout=60_000)
        if person.is_visible():
            person.click()
        floor.expect_waiting(0, within=90_000)
        assert server.sale_ids().count(sale) == 1
        assert server.receipts(sale) == [sale]
    finally:
        context.close()


def _kill_tab(floor: Floor) -> None:
    """Kill the tab's process: nothing in the page hears of it, no event runs."""
    browser = floor.page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    with floor.page.expect_event("crash"):
        for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
            if process["type"] == "renderer":
                os.kill(process["id"], signal.SIGKILL)
    session.detach()


def _kill_browser_of(folder: Path) -> None:
    """Kill every process of the browser whose profile this is: nothing is flushed or said good-bye to."""
    wanted = f"--user-data-dir={folder}".encode()
    killed = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            ours = wanted in (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if ours:
            os.kill(int(process.name), signal.SIGKILL)
            killed += 1
    assert killed, "no browser ran with this profile"
