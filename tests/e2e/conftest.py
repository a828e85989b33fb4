"""A real browser, a really running server, and a small world for both."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e import chromium as machine
from tests.e2e.floor import Floor
from tests.e2e.server import ROOT, DangolServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, BrowserType


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, and comes last.

    Playwright keeps an event loop running in its thread until the session ends: no test after it could use
    `asyncio.run`.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)
    items.sort(key=lambda item: item.path.is_relative_to(here))


@pytest.fixture(scope="session")
def built_pwa() -> None:
    """The app is built, and from the sources as they stand; `make test` sees to it."""
    page = ROOT / "pwa" / "dist" / "index.html"
    assert page.is_file(), "The PWA is not built: run `make test`, or `npm run build` in pwa/."
    sources = [ROOT / "pwa" / "index.html", ROOT / "pwa" / "vite.config.ts"]
    for folder in ("src", "public"):
        # Paraglide's and other generated files are written by the build itself.
        sources += [
            path for path in (ROOT / "pwa" / folder).rglob("*") if path.is_file() and "paraglide" not in path.parts
        ]
    newest = max(sources, key=lambda path: path.stat().st_mtime)
    if not os.environ.get("DANGOL_E2E_STALE_BUILD"):
        assert newest.stat().st_mtime <= page.stat().st_mtime, f"{newest} changed since the PWA was built."


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled database, made once for all processes of this run. Copy it; never serve from it."""
    return prepared(tmp_path_factory, "world", [sys.executable, "-m", "tests.e2e.world"])


def prepared(factory: pytest.TempPathFactory, name: str, command: list[str]) -> Path:
    """A folder with the database that `command` makes, whose last word is a token; shared by the processes of a run."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / f"e2e-{name}"
    with (shared / f"e2e-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "token").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            done = subprocess.run(
                command, cwd=ROOT, env=DangolServer(folder).environment, check=False, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{command}: {done.stderr}"
            (folder / "token").write_text(done.stdout.split()[-1])
    return folder


@pytest.fixture(scope="session")
def running_server(built_pwa: None, world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DangolServer]:
    """The server of all tests in this process: starting one takes longer than most tests."""
    del built_pwa
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(world, folder, dirs_exist_ok=True)
    server = DangolServer(folder)
    yield server
    server.kill()


@pytest.fixture
def server(running_server: DangolServer) -> DangolServer:
    """A server that runs, which a test may kill and start again. What earlier tests sold is in it."""
    if not running_server.runs:
        running_server.start()
    return running_server


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Playwright's handle on the machine's own Chromium."""
    with machine.chromium() as kind:
        yield kind


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """A browser for all tests; each gets a profile of its own."""
    launched = machine.launch(chromium)
    yield launched
    launched.close()


@pytest.fixture
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile of a Korean tablet, whose pages must raise no errors."""
    with machine.new_profile(browser) as context:
        yield context


@pytest.fixture
def floor(profile: BrowserContext, server: DangolServer) -> Floor:
    """A tablet with an associate signed in."""
    made = Floor(profile.new_page(), server.url)
    made.sign_in()
    return made
