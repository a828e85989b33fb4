"""`first_sync_75k`: from an empty profile to a searchable book of 75,000 customers, against a bare page.

Both start with the navigation and end when all rows are stored and can be searched. The bare page
(pages/first_sync.html) fetches the same blocks with the same parallelism, stores them as blocks and indexes them. They
are measured in turn, each in a fresh profile; medians count.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.harness import report
from tests.bench.tablet import MEMBERS, PAGES, fresh_tablet, serving
from tests.e2e import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.server import DangolServer

_ROUNDS = 5
_TARGET = 2.5
_WITHIN = 120_000
_WATCH_THE_BOOK = """
new MutationObserver(() => {
    if (document.documentElement.dataset.book === 'ready') window.readyAt ??= performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-book'] });
"""


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with serving() as (server, token), chromium.chromium() as kind:
        browser = chromium.launch(kind)
        # Once each without counting: the server's caches and the browser's processes warm up.
        _app(browser, server, token)
        _bare(browser, server, token)
        rounds = [(_app(browser, server, token), _bare(browser, server, token)) for _ in range(_ROUNDS)]
        browser.close()
    value, floor = median(ours for ours, _ in rounds), median(bare for _, bare in rounds)
    ratio = value / floor
    return report(
        "first_sync_75k", value=value, unit="ms", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET
    )


def _app(browser: Browser, server: DangolServer, token: str) -> float:
    with fresh_tablet(browser, server, token) as context:
        page = context.new_page()
        page.add_init_script(_WATCH_THE_BOOK)
        page.goto(f"{server.url}/floor")
        page.locator("html[data-book=ready]").wait_for(timeout=_WITHIN)
        took: float = page.evaluate("window.readyAt")
        page.locator("#search").fill("ㄱㅁㅈ")
        page.locator("#results[data-query=ㄱㅁㅈ] [data-customer]").first.wait_for()
    return took


def _bare(browser: Browser, server: DangolServer, token: str) -> float:
    with fresh_tablet(browser, server, token) as context:
        page = context.new_page()
        page.route("**/bare/first_sync.html", lambda route: route.fulfill(path=PAGES / "first_sync.html"))
        page.goto(f"{server.url}/bare/first_sync.html")
        finished: dict[str, Any] = page.evaluate(
            "new Promise((resolve) => { const look = () => window.finished ? resolve(window.finished) :"
            " setTimeout(look, 5); look(); })"
        )
    if finished["rows"] < MEMBERS:
        message = f"The bare page saw {finished['rows']} rows only."
        raise RuntimeError(message)
    took: float = finished["at"]
    return took
