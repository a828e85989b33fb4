"""A tablet with many customers: the database that is kept between runs, its server, and a browser beside it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.organization.demo_sign_ins import DEMO_PASSWORD
from backend.settings import ROOT
from tests.e2e import chromium
from tests.e2e.server import DangolServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page, Route

MEMBERS = 75_000
PAGES = Path(__file__).parent / "pages"
_ARGON2 = ROOT / "pwa" / "node_modules" / "hash-wasm" / "dist" / "argon2.umd.min.js"
# What the database is made by: when that changes, it is made anew.
_MADE_FROM = (
    "backend/demo",
    "backend/migrations",
    "sms/migrations",
    "backend/sync/blocks.py",
    "backend/customers/copy.py",
)


@contextmanager
def serving(members: int = MEMBERS) -> Iterator[tuple[DangolServer, str]]:
    """A server over a copy of a database with so many, and the token of a tablet whose scope is everything."""
    kept = _database(members)
    # What the worker does once a day is done before anything is measured.
    DangolServer(kept).command("sync", "build")
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as name:
        folder = Path(name)
        for path in kept.iterdir():
            shutil.copy(path, folder)
        # Gigabytes that are still being written out would be measured with whatever comes next.
        os.sync()
        server = DangolServer(folder, web_processes=2)
        server.start()
        try:
            yield server, (kept / "token").read_text()
        finally:
            server.kill()


@contextmanager
def tablet(server: DangolServer, token: str) -> Iterator[BrowserContext]:
    """A browser with an empty profile that is enrolled and signed in, and has seen nothing yet."""
    with chromium.chromium() as kind:
        browser = chromium.launch(kind)
        with fresh_tablet(browser, server, token) as context:
            yield context
        browser.close()


@contextmanager
def fresh_tablet(browser: Any, server: DangolServer, token: str, *, signed_in: bool = True) -> Iterator[BrowserContext]:
    """An empty profile in `browser`, enrolled and, unless told otherwise, signed in."""
    with chromium.new_profile(browser) as context:
        enrol(context, server, token, signed_in=signed_in)
        yield context


def enrol(context: BrowserContext, server: DangolServer, token: str, *, signed_in: bool = True) -> None:
    """Make the browser the tablet with this token, and have the demo's admin signed in on it."""
    cookie = {"name": "dangol_device", "value": token, "domain": "127.0.0.1", "path": "/api/v1"}
    # A year, as the server says itself: a cookie without an end would not outlive the browser.
    lasting = {"httpOnly": True, "sameSite": "Strict", "expires": time.time() + 365 * 24 * 3600}
    context.add_cookies([cookie | lasting])  # type: ignore[list-item] # a plain dict
    if not signed_in:
        return
    answer = context.request.post(
        f"{server.url}/api/v1/session",
        data={"login": "admin", "password": DEMO_PASSWORD},
        headers={"Origin": server.url},
    )
    assert answer.ok, answer.text()


def serve_page(page: Page, *names: str) -> None:
    """Answer `/bare/NAME` with the page of that name, beside the server's own addresses, and with what it loads."""

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1].split("?")[0]
        route.fulfill(path=_ARGON2 if name == _ARGON2.name else PAGES / name)

    for name in (*names, "bare.js", "password.js", _ARGON2.name):
        page.route(f"**/bare/{name}*", answer)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def _database(members: int) -> Path:
    """The folder with the database, made when it is missing: that takes minutes, once."""
    folder = ROOT / "var" / "bench" / f"members-{members}-{_fingerprint()}"
    if (folder / "token").exists():
        return folder
    print(f"Making a database with {members:,} members; it is kept in {folder.relative_to(ROOT)}", file=sys.stderr)
    for outdated in folder.parent.glob(f"members-{members}-*"):
        shutil.rmtree(outdated)
    folder.mkdir(parents=True)
    server = DangolServer(folder)
    for arguments in (["init"], ["demo", "--members", str(members)]):
        server.command(*arguments)
    stores = json.loads(server.command("store", "list", "--json"))
    store = stores[0]["code"]
    wish = ["--store", store, "--staff", "admin", "--scope", "all", "--reason", "benchmark"]
    token: str = json.loads(server.command("tablet", "enrol", *wish, "--json"))["token"]
    (folder / "token").write_text(token)
    return folder


def _fingerprint() -> str:
    whole = hashlib.sha256()
    for name in _MADE_FROM:
        path = ROOT / name
        for file in sorted([path] if path.is_file() else path.rglob("*.*")):
            if file.is_file() and "__pycache__" not in file.parts:
                whole.update(file.read_bytes())
    return whole.hexdigest()[:12]
