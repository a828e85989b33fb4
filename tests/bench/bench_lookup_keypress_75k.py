"""`lookup_keypress_75k`: from the key press to painted results among 75,000, beyond what painting itself takes.

The floor is the same page painting a constant list of twenty at each key, without asking the worker. Both are measured
in turn with the same keys; the value is the difference of their 95th percentiles, which may be one frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import lookups
from tests.bench.harness import report
from tests.bench.tablet import percentile, serving, tablet

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.server import DangolServer

_QUERIES = 30
_ROUNDS = 3
_FRAME_MS = 16.7
# Painted: the first task after the frame in which the list says that it answers what stands in the field.
_MEASURE_KEYS = """() => {
    const field = document.getElementById('search');
    let began = null;
    window.painted = [];
    window.measuring = false;
    const begin = (event) => { if (window.measuring) began ??= event.timeStamp; };
    field.addEventListener('keydown', begin, true);
    field.addEventListener('beforeinput', begin, true);
    new MutationObserver(() => {
        if (began === null || document.getElementById('results').dataset.query !== field.value) return;
        const from = began;
        began = null;
        requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => window.painted.push(performance.now() - from);
            after.port2.postMessage(null);
        });
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-query'] });
}"""

_UNTIL_PAINTED = """(count) => new Promise((resolve) => {
    const look = () => window.painted.length >= count ? resolve() : setTimeout(look, 2);
    look();
})"""


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with serving() as (server, token):
        ours, bare = _measure(server, token)
    ours_p95, floor = percentile(ours, 0.95), percentile(bare, 0.95)
    value = ours_p95 - floor
    return report(
        "lookup_keypress_75k",
        value=value,
        unit="ms p95 over the floor",
        floor=floor,
        ratio=ours_p95 / floor,
        target=_FRAME_MS,
        ok=value <= _FRAME_MS,
    )


def _measure(server: DangolServer, token: str) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    with tablet(server, token) as context:
        page = context.new_page()
        page.add_init_script(lookups.WATCH_THE_WORKER)
        page.goto(f"{server.url}/floor")
        page.locator("html[data-book=ready]").wait_for(timeout=120_000)
        queries = lookups.queries(page, _QUERIES)
        page.evaluate(_MEASURE_KEYS)
        _type(page, queries[:5])
        for _ in range(_ROUNDS):
            page.evaluate("window.constant = null")
            ours += _type(page, queries)
            page.evaluate("window.ask('findCustomers', '김', 20).then((answer) => { window.constant = answer; })")
            bare += _type(page, queries)
    return ours, bare


def _type(page: Page, queries: list[str]) -> list[float]:
    """Type each query key by key, waiting for each to be painted; milliseconds of each key."""
    page.evaluate("window.painted = []")
    expected = 0
    for query in queries:
        page.evaluate("window.measuring = false")
        page.locator("#search").fill("")
        page.locator("#results[data-query='']").wait_for(state="attached")
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 60)).then(() => { window.measuring = true; })")
        for key in query:
            if key.isascii():
                page.keyboard.press("Space" if key == " " else key)
            else:
                page.keyboard.insert_text(key)
            expected += 1
            page.evaluate(_UNTIL_PAINTED, expected)
    measured: list[float] = page.evaluate("window.painted")
    return measured
