"""A tablet whose browser is closed and opened again over the same profile, as happens every morning."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.bench.tablet import enrol
from tests.e2e import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, BrowserType, Page

    from tests.e2e.server import DangolServer

SYNC_WITHIN = 300_000


@contextmanager
def opened(kind: BrowserType, profile: Path, *more: str) -> Iterator[BrowserContext]:
    """The browser over `profile`, with `more` switches, closed in good order at the end."""
    context = chromium.open_profile(kind, profile, *more)
    yield context
    context.close()


def fill(kind: BrowserType, profile: Path, server: DangolServer, token: str) -> None:
    """Enrol a browser with an empty profile, download its book and close it."""
    with opened(kind, profile) as context:
        enrol(context, server, token)
        open_book(context, server)


def open_book(context: BrowserContext, server: DangolServer) -> Page:
    """Go to the floor and wait until the book can be searched."""
    page = context.new_page()
    page.goto(f"{server.url}/floor")
    page.locator("html[data-book=ready]").wait_for(timeout=SYNC_WITHIN)
    return page
