"""From signing in on an enrolled tablet to a searchable book, against a bare page that does the same and nothing else.

Both pages are loaded; the time begins with the touch on a person's name and ends when all rows are stored encrypted
and can be searched, under a key that a password opens. The bare page (pages/first_sync.html) signs in, fetches the same
blocks with the same parallelism, encrypts and stores them as blocks and indexes them; it works on its password at the
cost that the app has just chosen for its own, beside the rest as the app does. They are measured in turn, each in a
fresh profile; medians count. How long the app takes to load is measured by `cold_start_75k`.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from backend.organization.demo_sign_ins import DEMO_PASSWORD
from tests.bench.harness import report
from tests.bench.tablet import fresh_tablet, serve_page, serving
from tests.e2e import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.server import DangolServer

TARGET = 1.5
_WITHIN = 300_000
_LOGIN = "admin"
WATCH_THE_BOOK = """
new MutationObserver(() => {
    if (document.documentElement.dataset.book === 'ready') window.readyAt ??= performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-book'] });
"""
_WATCH_THE_TOUCH = """
addEventListener('click', () => { window.touchedAt ??= performance.now(); }, { capture: true });
"""
# The cost of the only key slot, as it lies on the disk.
_COST = """new Promise((resolve, reject) => {
    const opening = indexedDB.open('dangol-vault');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const reading = opening.result.transaction('slots').objectStore('slots').getAll();
        reading.onsuccess = () => { opening.result.close(); resolve(reading.result[0].cost); };
    };
})"""
UNTIL_FINISHED = """new Promise((resolve) => {
    const look = () => window.finished ? resolve(window.finished) : setTimeout(look, 5);
    look();
})"""


def measure(members: int, rounds: int) -> tuple[float, float]:
    """Milliseconds of the app and of the bare page for a book of so many customers."""
    with serving(members) as (server, token), chromium.chromium() as kind:
        browser = chromium.launch(kind)
        # Once each without counting: the server's caches and the browser's processes warm up.
        took = [_round(browser, server, token, members) for _ in range(rounds + 1)][1:]
        browser.close()
    return median(ours for ours, _ in took), median(bare for _, bare in took)


def _round(browser: Browser, server: DangolServer, token: str, members: int) -> tuple[float, float]:
    ours, cost = _app(browser, server, token)
    return ours, _bare(browser, server, token, members, cost)


def report_first_sync(name: str, members: int, *, rounds: int = 5) -> bool:
    """Measure one size and print its line."""
    value, floor = measure(members, rounds)
    ratio = value / floor
    return report(name, value=value, unit="ms", floor=floor, ratio=ratio, target=TARGET, ok=ratio <= TARGET)


def _app(browser: Browser, server: DangolServer, token: str) -> tuple[float, dict[str, int]]:
    with fresh_tablet(browser, server, token, signed_in=False) as context:
        page = context.new_page()
        page.add_init_script(WATCH_THE_BOOK + _WATCH_THE_TOUCH)
        page.goto(f"{server.url}/floor", wait_until="networkidle")
        page.locator(f"[data-login={_LOGIN}]").click()
        page.locator("html[data-book=ready]").wait_for(timeout=_WITHIN)
        took: float = page.evaluate("window.readyAt - window.touchedAt")
        page.locator("#search").fill("ㄱㅁㅈ")
        page.locator("#results[data-query=ㄱㅁㅈ] [data-customer]").first.wait_for()
        cost: dict[str, int] = page.evaluate(_COST)
    return took, cost


def _bare(browser: Browser, server: DangolServer, token: str, members: int, cost: dict[str, int]) -> float:
    with fresh_tablet(browser, server, token, signed_in=False) as context:
        page = context.new_page()
        serve_page(page, "first_sync.html")
        page.goto(f"{server.url}/bare/first_sync.html", wait_until="networkidle")
        page.evaluate("begin", {"signIn": {"login": _LOGIN, "password": DEMO_PASSWORD}, "cost": cost})
        finished: dict[str, Any] = page.evaluate(UNTIL_FINISHED)
    if finished["rows"] < members:
        message = f"The bare page saw {finished['rows']} rows only."
        raise RuntimeError(message)
    took: float = finished["at"]
    return took
