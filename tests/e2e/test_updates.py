"""A new version of the app waits for a yes; it never takes a screen away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.proxy import LossyProxy

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.e2e.server import DangolServer


def test_a_new_version_waits_until_it_is_asked_for(profile: BrowserContext, server: DangolServer) -> None:
    with LossyProxy(server.port) as proxy:
        floor = Floor(profile.new_page(), proxy.url)
        floor.sign_in()
        floor.wait_until_offline_capable()
        # The page has to be started by the service worker before a later one counts as an update.
        floor.page.reload()
        floor.wait_until_ready()
        proxy.appended["/service-worker.js"] = b"\n// another version\n"
        floor.page.evaluate("navigator.serviceWorker.getRegistration().then((it) => it.update()).then(() => true)")
        floor.page.locator("nav a[href='/floor/me']").click()
        expect(floor.page.get_by_text("새 버전이 있습니다.")).to_be_visible()
        waiting = "navigator.serviceWorker.getRegistration().then((it) => it.waiting !== null)"
        assert floor.page.evaluate(waiting) is True

        with floor.page.expect_navigation():
            floor.page.get_by_role("button", name="새로 고침").click()
        floor.wait_until_ready()
        expect(floor.page.get_by_text("새 버전이 있습니다.")).to_have_count(0)
        assert floor.page.evaluate(waiting) is False
