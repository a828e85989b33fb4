"""From an empty profile to a searchable book, against a bare page that does the same and nothing else.

Both start with the navigation and end when all rows are stored encrypted and can be searched. The bare page
(pages/first_sync.html) fetches the same blocks with the same parallelism, encrypts and stores them as blocks and
indexes them. They are measured in turn, each in a fresh profile; medians count.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.harness import report
from tests.bench.tablet import fresh_tablet, serve_page, serving
from tests.e2e import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.server import DangolServer

TARGET = 1.5
_WITHIN = 300_000
WATCH_THE_BOOK = """
new MutationObserver(() => {
    if (document.documentElement.dataset.book === 'ready') window.readyAt ??= performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-book'] });
"""
UNTIL_FINISHED = """new Promise((resolve) => {
    const look = () => window.finished ? resolve(window.finished) : setTimeout(look, 5);
    look();
})"""


def measure(members: int, rounds: int) -> tuple[float, float]:
    """Milliseconds of the app and of the bare page for a book of so many customers."""
    with serving(members) as (server, token), chromium.chromium() as kind:
        browser = chromium.launch(kind)
        # Once each without counting: the server's caches and the browser's processes warm up.
        _app(browser, server, token)
        _bare(browser, server, token, members)
        took = [(_app(browser, server, token), _bare(browser, server, token, members)) for _ in range(rounds)]
        browser.close()
    return median(ours for ours, _ in took), median(bare for _, bare in took)


def report_first_sync(name: str, members: int, *, rounds: int = 5) -> bool:
    """Measure one size and print its line."""
    value, floor = measure(members, rounds)
    ratio = value / floor
    return report(name, value=value, unit="ms", floor=floor, ratio=ratio, target=TARGET, ok=ratio <= TARGET)


def _app(browser: Browser, server: DangolServer, token: str) -> float:
    with fresh_tablet(browser, server, token) as context:
        page = context.new_page()
        page.add_init_script(WATCH_THE_BOOK)
        page.goto(f"{server.url}/floor")
        page.locator("html[data-book=ready]").wait_for(timeout=_WITHIN)
        took: float = page.evaluate("window.readyAt")
        page.locator("#search").fill("ㄱㅁㅈ")
        page.locator("#results[data-query=ㄱㅁㅈ] [data-customer]").first.wait_for()
    return took


def _bare(browser: Browser, server: DangolServer, token: str, members: int) -> float:
    with fresh_tablet(browser, server, token) as context:
        page = context.new_page()
        serve_page(page, "first_sync.html")
        page.goto(f"{server.url}/bare/first_sync.html")
        finished: dict[str, Any] = page.evaluate(UNTIL_FINISHED)
    if finished["rows"] < members:
        message = f"The bare page saw {finished['rows']} rows only."
        raise RuntimeError(message)
    took: float = finished["at"]
    return took
