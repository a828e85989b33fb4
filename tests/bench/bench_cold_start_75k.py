"""`cold_start_75k`: from starting the app in a browser that was closed to a searchable book, key derivation apart.

The floor is a bare page (pages/cold_start.html) that reads, decrypts and indexes the same rows as pages/first_sync.html
stored them. Both begin with the navigation in a browser that was just started over a kept profile, in turn; medians
count. The time that Argon2id takes, which is long on purpose, is taken off.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.first_sync import UNTIL_FINISHED, WATCH_THE_BOOK
from tests.bench.harness import report
from tests.bench.kept_profile import SYNC_WITHIN, fill, opened
from tests.bench.tablet import MEMBERS, enrol, serve_page, serving
from tests.e2e import chromium

if TYPE_CHECKING:
    from playwright.sync_api import BrowserType

    from tests.e2e.server import DangolServer

_ROUNDS = 5
_TARGET = 1.5
_DERIVED = "performance.getEntriesByName('book.derive').reduce((sum, { duration }) => sum + duration, 0)"


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with (
        tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder,
        serving() as (server, token),
        chromium.chromium() as kind,
    ):
        ours, bare = Path(folder, "ours"), Path(folder, "bare")
        fill(kind, ours, server, token)
        _fill_bare(kind, bare, server, token)
        took = [(_app(kind, ours, server), _bare(kind, bare, server)) for _ in range(_ROUNDS)]
    value, floor = median(app for app, _ in took), median(page for _, page in took)
    ratio = value / floor
    return report(
        "cold_start_75k", value=value, unit="ms", floor=floor, ratio=ratio, target=_TARGET, ok=ratio <= _TARGET
    )


def _app(kind: BrowserType, profile: Path, server: DangolServer) -> float:
    with opened(kind, profile) as context:
        page = context.new_page()
        page.add_init_script(WATCH_THE_BOOK)
        page.goto(f"{server.url}/floor")
        page.locator("html[data-book=ready]").wait_for(timeout=SYNC_WITHIN)
        ready: float = page.evaluate("window.readyAt")
        derived: float = page.evaluate(_DERIVED)
        if derived <= 0:
            message = "The book opened without deriving a key."
            raise RuntimeError(message)
        page.locator("#search").fill("ㄱㅁㅈ")
        page.locator("#results[data-query=ㄱㅁㅈ] [data-customer]").first.wait_for()
    return ready - derived


def _fill_bare(kind: BrowserType, profile: Path, server: DangolServer, token: str) -> None:
    with opened(kind, profile) as context:
        enrol(context, server, token)
        page = context.new_page()
        serve_page(page, "first_sync.html")
        page.goto(f"{server.url}/bare/first_sync.html")
        page.evaluate("begin", {})


def _bare(kind: BrowserType, profile: Path, server: DangolServer) -> float:
    with opened(kind, profile) as context:
        page = context.new_page()
        serve_page(page, "cold_start.html")
        page.goto(f"{server.url}/bare/cold_start.html")
        finished: dict[str, Any] = page.evaluate(UNTIL_FINISHED)
    if finished["rows"] < MEMBERS:
        message = f"The bare page saw {finished['rows']} rows only."
        raise RuntimeError(message)
    at: float = finished["at"]
    return at
