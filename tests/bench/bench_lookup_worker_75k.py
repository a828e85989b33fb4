"""`lookup_worker_75k`: how long the worker takes to look somebody up among 75,000, 95 of 100 times.

Each query is asked at every key that leads to it ("4", "48", "482", "4821"). The floor is a call to the same worker
that looks one customer up by id, there and back: what asking itself costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench import lookups
from tests.bench.harness import report
from tests.bench.tablet import percentile, serving, tablet

if TYPE_CHECKING:
    from tests.e2e.server import DangolServer

_QUERIES = 140
_TARGET_MS = 4.0
_MEASURE = """async (queries) => {
    const took = [], echo = [];
    for (const query of queries) {
        for (let end = 1; end <= query.length; end += 1) {
            took.push((await window.ask('findCustomers', query.slice(0, end), 20)).took);
            const began = performance.now();
            await window.ask('customer', 'nobody');
            echo.push(performance.now() - began);
        }
    }
    return { took, echo };
}"""


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with serving() as (server, token):
        took, echo = _measure(server, token)
    value, floor = percentile(took, 0.95), percentile(echo, 0.95)
    return report(
        "lookup_worker_75k",
        value=value,
        unit="ms p95",
        floor=floor,
        ratio=value / _TARGET_MS,
        target=_TARGET_MS,
        ok=value <= _TARGET_MS,
    )


def _measure(server: DangolServer, token: str) -> tuple[list[float], list[float]]:
    with tablet(server, token) as context:
        page = context.new_page()
        page.add_init_script(lookups.WATCH_THE_WORKER)
        page.goto(f"{server.url}/floor")
        page.locator("html[data-book=ready]").wait_for(timeout=120_000)
        queries = lookups.queries(page, _QUERIES)
        page.evaluate(_MEASURE, queries[:20])  # What runs often is compiled by then.
        measured = page.evaluate(_MEASURE, queries)
    return measured["took"], measured["echo"]
