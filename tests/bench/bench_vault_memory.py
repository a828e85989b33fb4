"""`vault_memory`: the memory of the tab, its worker included, with 75,000 customers open.

The proportional set size of the tab's process after unlocking a book that is on the disk, a hundred searches and a
garbage collection on both threads, once the browser has given back what that freed. The floor is a tab with an empty
page of the same server.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench import lookups
from tests.bench.harness import report
from tests.bench.kept_profile import fill, open_book, opened
from tests.bench.tablet import serving
from tests.e2e import chromium

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.e2e.server import DangolServer

_TARGET_MB = 150.0
_SEARCHES = 100
_GIVEN_BACK_WITHIN = 20_000
"""Milliseconds until V8 has given back the pages that a collection emptied: 40 MB after a start."""
_KB_IN_MB = 1024
_GC = "--js-flags=--expose-gc"
_COLLECT = "() => { gc(); gc(); }"


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with (
        serving() as (server, token),
        chromium.chromium() as kind,
        tempfile.TemporaryDirectory(prefix="dangol-bench-") as name,
    ):
        fill(kind, Path(name), server, token)
        with opened(kind, Path(name), _GC) as context:
            floor = _empty(context, server)
            value = _unlocked(context, server)
    return report(
        "vault_memory",
        value=value,
        unit="MB PSS",
        floor=floor,
        ratio=value / floor,
        target=_TARGET_MB,
        ok=value <= _TARGET_MB,
    )


def _empty(context: BrowserContext, server: DangolServer) -> float:
    page = context.new_page()
    page.goto(f"{server.url}/healthz")
    empty = _collected(page)
    page.close()
    return empty


def _unlocked(context: BrowserContext, server: DangolServer) -> float:
    context.add_init_script(lookups.WATCH_THE_WORKER)
    page = open_book(context, server)
    for query in lookups.queries(page, _SEARCHES):
        page.evaluate("(query) => window.ask('findCustomers', query, 20)", query)
    return _collected(page)


def _collected(page: Page) -> float:
    """MB of the page's process after a garbage collection on every thread of it."""
    for _ in range(2):
        # By now the worker that made the key has ended as well.
        page.wait_for_timeout(3_000)
        page.evaluate(_COLLECT)
        for worker in page.workers:
            worker.evaluate(_COLLECT)
    page.wait_for_timeout(_GIVEN_BACK_WITHIN)
    return max(_pss(process["id"]) for process in _processes(page) if process["type"] == "renderer")


def _processes(page: Page) -> list[dict[str, Any]]:
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    found: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return found


def _pss(process: int) -> float:
    """Proportional set size in MB, as the kernel says it."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB$", rollup, re.MULTILINE)
    assert found, rollup
    return int(found.group(1)) / _KB_IN_MB
