"""The machine's own Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.e2e.server import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, BrowserType

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-sync",
    "--font-render-hinting=none",
    "--no-first-run",
)
FAILURES = ROOT / "test-results" / "failures"
TABLET = {"width": 834, "height": 1112}
KOREAN_TABLET: dict[str, Any] = {
    "viewport": TABLET,
    "locale": "ko-KR",
    "timezone_id": "Asia/Seoul",
    "reduced_motion": "reduce",
}
_PATIENCE = 20_000


@contextmanager
def chromium() -> Iterator[BrowserType]:
    """Playwright's handle on Chromium, which is not started yet."""
    assert PROGRAM, "These tests need Chromium: apt-get install chromium"
    # Playwright would warn of the host's distribution; the browser is not one that it brought.
    os.environ.setdefault("PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS", "1")
    with sync_playwright() as playwright:
        yield playwright.chromium


def launch(kind: BrowserType, *more: str) -> Browser:
    """Start Chromium, quietly, with `more` switches."""
    return kind.launch(executable_path=PROGRAM, args=[*OPTIONS, *more], chromium_sandbox=False)


def open_profile(kind: BrowserType, folder: Path, *more: str) -> BrowserContext:
    """Start a Chromium of its own whose profile lives in `folder`, as on a tablet, with `more` switches."""
    context = kind.launch_persistent_context(
        folder, executable_path=PROGRAM, args=[*OPTIONS, *more], chromium_sandbox=False, **KOREAN_TABLET
    )
    context.set_default_timeout(_PATIENCE)
    return context


@contextmanager
def new_profile(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A fresh profile of a Korean tablet. Fails the test when a page raised an error that nobody caught.

    What a `with` block saw when it failed is kept as a picture in `test-results/failures`.
    """
    context = browser.new_context(**KOREAN_TABLET | options)
    context.set_default_timeout(_PATIENCE)
    raised: list[str] = []
    context.on("weberror", lambda error: raised.append(str(error.error)))
    try:
        yield context
    except Exception:
        for number, page in enumerate(context.pages):
            page.screenshot(path=FAILURES / f"{time.strftime('%H%M%S')}-{number}.png")
        raise
    context.close()
    assert not raised, raised
