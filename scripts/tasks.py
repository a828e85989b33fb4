"""What each target of the Makefile does, put together from the steps."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from steps import (
    NOTHING,
    PWA,
    ROOT,
    STATE,
    Failed,
    alone,
    bin_path,
    call,
    environment,
    fingerprint,
    pwa_build,
    pwa_packages,
    python_steps,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Command = Sequence[str | Path]
    # What was run, its exit code, its seconds.
    Result = tuple[str, int, float]

_DEMO_MEMBERS = "3000"
_VAR = ROOT / "var"
_DEMO = {"DANGOL_DEMO": "1"}
# What no database changes is tested once: browsers, the order of imports, the API against its document.
_ONCE = ("tests/e2e", "tests/architecture", "tests/api/test_openapi.py")
_ON_POSTGRESQL = ("--database", "postgresql", *(f"--ignore={each}" for each in _ONCE))
_MACHINES = (
    "tests/sync/test_push_machine.py",
    "tests/sync/test_tablet_machine.py",
    "tests/unify/test_merge_machine.py",
    "tests/loyalty/test_points_machine.py",
    "tests/loyalty/test_coupons_machine.py",
)
_NO_TESTS = 5
"""How pytest ends when nothing was chosen."""
_PRINT_EPOCH = """
from backend.sync import clock
from wsgi import app
with app.app_context():
    print(clock.epoch())
"""


def setup(_arguments: list[str]) -> int:
    """Prepare everything that `run` needs."""
    with alone():
        _prepare()
    say("Ready. `make run` serves it")
    return 0


def run(_arguments: list[str]) -> int:
    """Prepare what is missing and become the server."""
    with alone():
        _prepare()
    port = os.environ.get("PORT") or "8000"
    _refuse_taken_port(port)
    say("Starting web and worker in demo mode; Ctrl-C stops them")
    # The announcer says where to go once the server answers, while this process becomes the server.
    subprocess.run(["/bin/sh", "-c", '"$0" scripts/announce.py "$1" &', sys.executable, port], cwd=ROOT, check=True)
    program = str(bin_path("dangol"))
    os.chdir(ROOT)
    os.execve(program, [program, "serve"], environment(_DEMO | {"PORT": port}))  # noqa: S606 - no shell is wanted


def test(arguments: list[str]) -> int:
    """Run pytest on both databases, and Vitest, and sum up. Further arguments go to pytest."""
    with alone():
        python_steps(dev=True)
        call(ROOT / "scripts" / "system-packages")
        pwa_packages()
        pwa_build()
    pytest: Command = [bin_path("python"), "-m", "pytest", "-n", "2", "-q"]
    say("Running the Python tests and the browser tests (pytest) on SQLite")
    results = [_timed("pytest on SQLite", [*pytest, *arguments])]
    say("Running the Python tests on a PostgreSQL of their own")
    results.append(_timed("pytest on PostgreSQL", [*pytest, *_ON_POSTGRESQL, *arguments]))
    if arguments:
        # What was asked for may concern one of the two only.
        results = [(name, 0 if status == _NO_TESTS else status, seconds) for name, status, seconds in results]
    say("Running the PWA's tests (Vitest)")
    results.append(_timed("Vitest", [bin_path("npm"), "test", "--silent"], cwd=PWA))
    return _sum_up(results)


def bench(arguments: list[str]) -> int:
    """Run one benchmark, or all."""
    with alone():
        python_steps(dev=True)
        pwa_packages()
        pwa_build()
    return _status([bin_path("python"), "-m", "tests.bench", *arguments])


def chaos(arguments: list[str]) -> int:
    """Long histories by Hypothesis first, then texts; then kill, cut, restore and revoke, and compare.

    `--help` tells more; `texts`, with arguments of its own, chases texts only.
    """
    with alone():
        python_steps(dev=True)
        call(ROOT / "scripts" / "system-packages")
        pwa_packages()
        pwa_build()
    python: Command = [bin_path("python"), "-m"]
    if arguments[:1] == ["texts"]:
        return _status([*python, "tests.chaos.texts", *arguments[1:]])
    if "--help" not in arguments:
        say("Running long histories against the models of the push, the tablet's copy, merging, points and coupons")
        machines = [*python, "pytest", "-n", "2", "-q", "--hypothesis-profile", "chaos", *_MACHINES]
        # What reads the verdict reads standard output.
        done = subprocess.run([str(part) for part in machines], cwd=ROOT, env=environment(), check=False, stdout=2)
        if done.returncode:
            message = "A history was found that the model explains otherwise."
            raise Failed(message)
        say("Chasing texts with every fault of a carrier and with kills")
        texts = [str(part) for part in (*python, "tests.chaos.texts")]
        if subprocess.run(texts, cwd=ROOT, env=environment(), check=False, stdout=2).returncode:
            message = "A text was sent twice, lost or left open."
            raise Failed(message)
    return _status([*python, "tests.chaos", *arguments])


def lint(_arguments: list[str]) -> int:
    """Run every check, and say at the end which failed."""
    with alone():
        python_steps(dev=True)
        pwa_packages()
    npm: Command = [bin_path("npm"), "run", "--silent"]
    checks: dict[str, tuple[Command, Path]] = {
        "ruff check": ([bin_path("ruff"), "check"], ROOT),
        "ruff format": ([bin_path("ruff"), "format", "--check"], ROOT),
        "mypy": ([bin_path("mypy")], ROOT),
        "import contracts": ([bin_path("lint-imports")], ROOT),
        "OpenAPI document": ([bin_path("dangol"), "openapi", "--check"], ROOT),
        "lock files": ([bin_path("python"), "scripts/check_locks.py"], ROOT),
        "svelte-check": ([*npm, "check"], PWA),
        "eslint": ([*npm, "lint"], PWA),
    }
    results = []
    for name, (command, folder) in checks.items():
        say(f"Checking: {name}")
        results.append(_timed(name, command, cwd=folder, more=_DEMO))
    return _sum_up(results)


def reformat(_arguments: list[str]) -> int:
    """Format, and fix what a machine can."""
    with alone():
        python_steps(dev=True)
        pwa_packages()
    call(bin_path("ruff"), "check", "--fix", "--exit-zero")
    call(bin_path("ruff"), "format")
    call(bin_path("npm"), "run", "--silent", "lint", "--", "--fix", cwd=PWA)
    return 0


def lock(_arguments: list[str]) -> int:
    """Renew requirements/*.txt and the PWA's lock."""
    with alone():
        python_steps(dev=True)
    uv: list[str | Path] = [bin_path("uv"), "pip", "compile", "pyproject.toml", "--quiet", "--universal"]
    uv += [
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-emit-index-url",
        "--custom-compile-command",
        "make lock",
    ]
    uv += ["--extra", "postgres", "--group", "node", "--group", "build"]
    say("Locking the Python packages")
    call(*uv, "-o", "requirements/run.txt")
    call(*uv, "--group", "dev", "-c", "requirements/run.txt", "-o", "requirements/dev.txt")
    say("Locking the PWA's packages")
    call(bin_path("npm"), "install", "--package-lock-only", "--no-audit", "--no-fund", cwd=PWA)
    call(bin_path("python"), "scripts/check_locks.py")
    return 0


def _prepare() -> None:
    python_steps(dev=False)
    pwa_packages()
    pwa_build()
    _load_demo(_database())


def _database() -> str:
    """Create or migrate the database, unless it was for these migrations. Returns its epoch, which names it."""
    _VAR.mkdir(exist_ok=True)
    url = os.environ.get("DANGOL_DATABASE_URL") or f"sqlite:///{_VAR / 'dangol.sqlite3'}"
    migrations: list[Path | str] = [url, *sorted(ROOT.glob("*/migrations"))]
    stamp = STATE / "database.stamp"
    epoch = _sqlite_epoch(url)
    if epoch and stamp.exists() and stamp.read_text() == fingerprint([epoch, *migrations]):
        return epoch
    say("Creating or migrating the database")
    stamp.unlink(missing_ok=True)
    call(bin_path("dangol"), "init", more=_DEMO)
    epoch = _sqlite_epoch(url) or _epoch()
    stamp.write_text(fingerprint([epoch, *migrations]))
    return epoch


def _sqlite_epoch(url: str) -> str | None:
    """The epoch of an SQLite database, without starting Dangol; None when there is none yet, or elsewhere."""
    path = ROOT / url.removeprefix("sqlite:///").partition("?")[0]
    if not url.startswith("sqlite:///") or not path.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            row = connection.execute("SELECT epoch FROM sync_clock").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


def _epoch() -> str:
    command = [str(bin_path("python")), "-c", _PRINT_EPOCH]
    told = subprocess.run(command, cwd=ROOT, env=environment(_DEMO), check=True, stdout=subprocess.PIPE, text=True)
    return told.stdout.strip()


def _load_demo(epoch: str) -> None:
    """Load the demo data once for each database. What an interruption left is completed by `dangol demo` itself."""
    stamp, known = STATE / "demo.stamp", fingerprint([epoch])
    if stamp.exists() and known in stamp.read_text().split():
        return
    members = os.environ.get("DEMO_MEMBERS") or _DEMO_MEMBERS
    say(f"Loading the demo: {members} members and what they bought in two years")
    call(bin_path("dangol"), "demo", "--members", members, more=_DEMO)
    with stamp.open("a") as stamps:
        stamps.write(f"{known}\n")


def _refuse_taken_port(port: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except ValueError as error:
            message = f"PORT is {port!r}; it must be a whole number."
            raise Failed(message) from error
        except OSError as error:
            message = f"Port {port} is taken already; choose another one: make run PORT=8001"
            raise Failed(message) from error


def _timed(name: str, command: Command, *, cwd: Path = ROOT, more: Mapping[str, str] = NOTHING) -> Result:
    start = time.monotonic()
    return name, _status(command, cwd=cwd, more=more), time.monotonic() - start


def _status(command: Command, *, cwd: Path = ROOT, more: Mapping[str, str] = NOTHING) -> int:
    """Run a command to its end. Returns its exit code."""
    return subprocess.run([str(part) for part in command], cwd=cwd, env=environment(more), check=False).returncode


def _sum_up(results: list[Result]) -> int:
    print()
    for name, status, seconds in results:
        print(f"  {'✓' if status == 0 else '✗'} {name:<20} {seconds:6.1f} s")
    failed = [name for name, status, _ in results if status]
    if failed:
        message = f"Failed: {', '.join(failed)}"
        raise Failed(message)
    print("\nAll passed.", flush=True)
    return 0
