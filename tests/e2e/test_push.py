"""Notices on a tablet and at the desk: from the switch over a push service and Chromium's service worker to the screen.

No browser in a test reaches a real push service. So the page's `subscribe` hands out a subscription of the test's own
service, and what arrives there is decrypted and given to Chromium as its push service would.
"""

from __future__ import annotations

import json
import shutil
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.server import DangolServer
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks
from tests.push.browser import Browser
from tests.push.pushservice import certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import BrowserContext, CDPSession, Page, Worker

_SUBSCRIBE = """([endpoint, p256dh, auth]) => {
    const plain = (text) => atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = (text) => Uint8Array.from(plain(text), (char) => char.charCodeAt(0)).buffer;
    let current = null;
    const made = (key) => ({
        endpoint,
        options: { applicationServerKey: key.buffer ?? key, userVisibleOnly: true },
        getKey: (name) => bytes(name === 'auth' ? auth : p256dh),
        unsubscribe: async () => { current = null; return true; },
    });
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => (current = made(applicationServerKey));
    PushManager.prototype.getSubscription = async () => current;
}"""


class PushService:
    """Takes what the server posts, over TLS, in a thread of its own."""

    def __init__(self, files: tuple[Path, Path]) -> None:
        self.bodies: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
                """Say nothing."""

        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        """An endpoint of this service."""
        return f"https://localhost:{self._server.server_address[1]}/browser"

    def next_body(self, number: int) -> bytes:
        """Wait for the push of this number, from 1."""
        deadline = time.monotonic() + 30
        while len(self.bodies) < number:
            assert time.monotonic() < deadline, "the server posted nothing"
            time.sleep(0.05)
        return self.bodies[number - 1]

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


class PushingServer(DangolServer):
    """A server whose own push service is the test's."""

    certificate: Path

    @property
    def environment(self) -> dict[str, str]:
        """The same, with the push service and its certificate."""
        return super().environment | {
            "DANGOL_PUSH_LOCAL_SERVICES": "localhost",
            "SSL_CERT_FILE": str(self.certificate),
        }


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PushService, Path]]:
    """A push service for this module, and its certificate."""
    files = certificate(tmp_path_factory.mktemp("push-service"))
    made = PushService(files)
    yield made, files[0]
    made.close()


@pytest.fixture(scope="module")
def pushing(
    built_pwa: None, world: Path, service: tuple[PushService, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PushingServer]:
    """A server that may ask the test's push service."""
    del built_pwa
    folder = tmp_path_factory.mktemp("pushing")
    shutil.copytree(world, folder, dirs_exist_ok=True)
    server = PushingServer(folder)
    server.certificate = service[1]
    server.start()
    yield server
    server.kill()


class ServiceWorker:
    """Chromium's side of a push service, by DevTools."""

    def __init__(self, page: Page, origin: str) -> None:
        self._origin = origin
        self._registrations: list[str] = []
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._devtools.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._devtools.send("ServiceWorker.enable")
        self._page = page

    def _note(self, event: Any) -> None:
        self._registrations += [each["registrationId"] for each in event["registrations"]]

    def deliver(self, data: bytes | str) -> None:
        """Hand over a push, as the browser does when its push service has one."""
        deadline = time.monotonic() + 10
        while not self._registrations:
            assert time.monotonic() < deadline, "no service worker is registered"
            self._page.wait_for_timeout(50)
        text = data if isinstance(data, str) else data.decode()
        registration = {"origin": self._origin, "registrationId": self._registrations[-1], "data": text}
        self._devtools.send("ServiceWorker.deliverPushMessage", registration)


def worker_of(context: BrowserContext) -> Worker:
    (worker,) = [each for each in context.service_workers if each.url.endswith("/service-worker.js")]
    return worker


def notices(context: BrowserContext, count: int = 1) -> list[dict[str, Any]]:
    """What the browser shows, once there is so much."""
    shown: list[dict[str, Any]] = []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        shown = worker_of(context).evaluate(
            "() => self.registration.getNotifications().then((all) => "
            "all.map(({title, body, tag, lang, data}) => ({title, body, tag, lang, data})))"
        )
        if len(shown) == count:
            break
        time.sleep(0.1)
    return shown


def click(context: BrowserContext, tag: str) -> list[str]:
    """Click the notice; what the service worker opened, if it opened anything."""
    opened: list[str] = worker_of(context).evaluate(
        """async (tag) => {
            const opened = [];
            self.clients.openWindow = async (path) => { opened.push(path); return null; };
            const [notification] = (await self.registration.getNotifications()).filter((each) => each.tag === tag);
            const event = new NotificationEvent('notificationclick', { notification });
            const done = new Promise((resolve) => {
                const wait = event.waitUntil.bind(event);
                // An event of ours cannot be waited for by the browser.
                event.waitUntil = (work) => { try { wait(work); } catch {} work.then(resolve, resolve); };
            });
            self.dispatchEvent(event);
            await done;
            return opened;
        }""",
        tag,
    )
    return opened


def payload(**values: Any) -> str:
    return json.dumps({"v": 1, "kind": "reply", "count": 1, "path": "/floor/alerts", "language": "ko"} | values)


@contextmanager
def told(browser: Chromium, server: DangolServer, **options: Any) -> Iterator[Floor]:
    """A tablet whose browser may show notices, with the service worker in charge."""
    with chromium.new_profile(browser, **options) as context:
        context.grant_permissions(["notifications"], origin=server.url)
        floor = Floor(context.new_page(), server.url)
        floor.sign_in("manager")
        floor.wait_until_offline_capable()
        yield floor


def test_from_the_switch_to_the_notice_over_a_push_service(
    browser: Chromium, pushing: PushingServer, service: tuple[PushService, Path]
) -> None:
    told_by, hers = service[0], Browser(service[0].endpoint)
    with told(browser, pushing) as floor:
        page = floor.page
        camera = Inspector(page, "ko-light")
        page.add_init_script(f"({_SUBSCRIBE})({json.dumps([hers.endpoint, hers.p256dh, hers.auth])})")
        page.reload()
        floor.wait_until_ready()
        page.locator("nav a[href='/floor/me']").click()
        switch = page.get_by_role("button", name="알림 켜기")
        switch.scroll_into_view_if_needed()
        switch.click()
        expect(page.locator("[data-push=on]")).to_be_visible()
        page.get_by_role("button", name="시험 알림 보내기").click()
        expect(page.get_by_text("시험 알림을 보냈습니다.")).to_be_visible()
        camera.take("push-on")
        said = hers.open(told_by.next_body(1))
        assert json.loads(said) | {"notice": ""} == {
            "v": 1, "kind": "trial", "count": 1, "notice": "", "path": "/floor/me", "language": "ko",
        }  # fmt: skip
        worker = ServiceWorker(page, pushing.url)
        worker.deliver(said)
        expect(page.locator("[data-arrived=trial]")).to_contain_text("시험 알림입니다.")
        assert notices(page.context, 0) == []
        camera.take("push-arrived")
        page.locator("[data-arrived] button").last.click()
        page.get_by_role("button", name="끄기", exact=True).click()
        expect(page.locator("[data-push=off]")).to_be_visible()
        assert pushing.get("/api/v1/push")["subscriptions"] == []
        assert camera.found == {}


def test_a_push_is_shown_while_no_window_is_open_and_names_nobody(browser: Chromium, pushing: PushingServer) -> None:
    with told(browser, pushing) as floor:
        context, worker = floor.page.context, ServiceWorker(floor.page, pushing.url)
        # The window that DevTools needs stays, at a page that is none of ours.
        floor.page.goto("about:blank")
        worker.deliver(payload(count=2))
        (shown,) = notices(context)
        assert (shown["title"], shown["body"], shown["tag"], shown["lang"]) == (
            "단골",
            "답장 2건이 왔습니다.",
            "dangol-reply",
            "ko",
        )
        worker.deliver(payload(count=5, language="en"))
        floor.page.wait_for_timeout(300)
        (shown,) = notices(context)
        assert shown["body"] == "Texts received: 5"
        context.set_offline(True)
        assert click(context, "dangol-reply") == ["/floor/alerts"]
        assert notices(context, 0) == []
        floor.open("/floor/alerts")
        expect(floor.page.get_by_role("heading", level=1)).to_be_visible()
        context.set_offline(False)


def test_whatever_a_push_says_it_opens_only_our_own_screens(browser: Chromium, pushing: PushingServer) -> None:
    with told(browser, pushing) as floor:
        context, worker = floor.page.context, ServiceWorker(floor.page, pushing.url)
        floor.page.goto("about:blank")
        for said in (payload(path="https://example.com/"), payload(path="//example.com")):
            worker.deliver(said)
            assert [each["tag"] for each in notices(context)] == ["dangol-reply"]
            assert click(context, "dangol-reply") == ["/floor/alerts"]
        for said in ("no JSON", json.dumps({"kind": "nonsense", "path": "/admin/staff"}), ""):
            worker.deliver(said)
            (shown,) = notices(context)
            assert shown["body"] == "확인할 일이 있습니다."
            assert click(context, "dangol-unknown") == ["/floor"]


def test_an_open_window_goes_to_the_screen_without_loading_anew_also_offline(
    browser: Chromium, pushing: PushingServer
) -> None:
    with told(browser, pushing) as floor:
        page, worker = floor.page, ServiceWorker(floor.page, pushing.url)
        floor.lock()
        # Locked: nothing stands inside the app, and the notice names nobody.
        worker.deliver(payload())
        (shown,) = notices(page.context)
        assert shown["body"] == "답장 1건이 왔습니다."
        expect(page.locator("[data-arrived]")).to_have_count(0)
        floor.choose_at_lock("manager")
        floor.wait_until_ready()
        page.evaluate("window.stillHere = true")
        page.context.set_offline(True)
        assert click(page.context, "dangol-reply") == []
        expect(page).to_have_url(f"{pushing.url}/floor/alerts")
        expect(page.locator("nav a[href='/floor/alerts']")).to_have_attribute("aria-current", "page")
        assert page.evaluate("window.stillHere") is True
        page.context.set_offline(False)


def test_inside_the_open_app_a_reply_says_whom_it_is_from(browser: Chromium, pushing: PushingServer) -> None:
    with told(browser, pushing) as floor:
        page, worker = floor.page, ServiceWorker(floor.page, pushing.url)
        worker.deliver(payload(count=3))
        arrived = page.locator("[data-arrived=reply]")
        expect(arrived).to_contain_text("답장 3건이 왔습니다.")
        expect(arrived).to_contain_text("가장 최근:")
        camera = Inspector(page, "ko-light")
        camera.take("push-reply")
        arrived.get_by_role("button", name="보기").click()
        expect(page).to_have_url(f"{pushing.url}/floor/alerts")
        expect(page.locator("[data-arrived]")).to_have_count(0)
        assert camera.found == {}


def test_what_one_is_told_is_chosen_on_tablet_and_desk(browser: Chromium, pushing: PushingServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            context.grant_permissions(["notifications"], origin=pushing.url)
            page = context.new_page()
            speaks(page, language)
            camera = Inspector(page, look)
            page.goto(f"{pushing.url}/admin/alerts")
            sign_in_at_desk(page, "admin")
            expect(page.locator("[data-push=off]")).to_be_visible()
            settled(page)
            conflict = page.locator("input[name=conflict]")
            conflict.uncheck()
            expect(page.locator("main [role=status]")).to_be_visible()
            page.locator("input[name=quiet]").check()
            page.locator("input[type=time]").last.fill("07:30")
            page.locator("main form button[type=submit]").click()
            expect(page.locator("main form button[type=submit]")).to_have_count(0)
            camera.take("admin-push")
            page.reload()
            expect(conflict).not_to_be_checked()
            expect(page.locator("input[type=time]").last).to_have_value("07:30")
            conflict.check()
            expect(page.locator("main [role=status]")).to_be_visible()
            page.locator("input[name=quiet]").uncheck()
            page.locator("main form button[type=submit]").click()
            expect(page.locator("main form button[type=submit]")).to_have_count(0)
            assert camera.found == {}


def test_a_browser_that_blocks_notices_is_told_how_to_allow_them(browser: Chromium, pushing: PushingServer) -> None:
    with chromium.new_profile(browser) as context:
        page = context.new_page()
        page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
        page.goto(f"{pushing.url}/admin/alerts")
        sign_in_at_desk(page, "marketer")
        expect(page.locator("[data-push=denied]")).to_contain_text("차단")
        expect(page.get_by_role("button", name="알림 켜기")).to_have_count(0)
        other = context.new_page()
        other.add_init_script("delete window.PushManager")
        other.goto(f"{pushing.url}/admin/alerts")
        expect(other.locator("[data-push=unsupported]")).to_contain_text("지원하지 않습니다")


def test_a_subscription_that_the_browser_changed_is_the_servers_too(browser: Chromium, pushing: PushingServer) -> None:
    before, after = (Browser(f"https://localhost/{name}") for name in ("before", "after"))
    with told(browser, pushing) as floor:
        page = floor.page
        subscribe = """([data]) => fetch('/api/v1/push/subscriptions', {
            method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(data),
        }).then((answer) => answer.json()).then(({ fingerprint }) => fingerprint)"""
        old = page.evaluate(subscribe, [before.data()])
        page.evaluate(
            """() => caches.open('dangol-push').then((store) =>
                store.put('/push-terms', Response.json({ surface: 'floor', language: 'en' })))"""
        )
        worker_of(page.context).evaluate(
            """async ([endpoint, p256dh, auth, before]) => {
                const plain = (text) => atob(text.replaceAll('-', '+').replaceAll('_', '/'));
                const bytes = (text) => Uint8Array.from(plain(text), (char) => char.charCodeAt(0)).buffer;
                const fresh = { endpoint, getKey: (name) => bytes(name === 'auth' ? auth : p256dh) };
                const event = new ExtendableEvent('pushsubscriptionchange');
                const old = { endpoint: before, options: { applicationServerKey: null } };
                Object.assign(event, { oldSubscription: old, newSubscription: fresh });
                const done = new Promise((resolve, reject) => {
                    event.waitUntil = (work) => void work.then(resolve, reject);
                });
                self.dispatchEvent(event);
                await done;
            }""",
            [after.endpoint, after.p256dh, after.auth, before.endpoint],
        )
        shown = page.evaluate("fetch('/api/v1/push').then((answer) => answer.json())")["subscriptions"]
        assert [(each["fingerprint"] == old, each["language"]) for each in shown] == [(False, "en")]
