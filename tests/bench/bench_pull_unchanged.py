"""`pull_unchanged`: pulls a second that find nothing new, while 200 tablets listen at `GET /sync/events`.

The floor is a bare Flask view (`bare_pull`) that looks the same token up and reads `v` with sqlite3, over a copy of the
same database, behind the same gunicorn with the same gevent worker; nobody listens there. Both are asked in turn by the
same callers, in a process of their own; the medians of the rounds count. Once a minute a tablet's call notes that it
was seen, which writes: all have just done so when the measurement begins, instead of all at once in the midst of it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from backend.core.audit import SYSTEM
from backend.core.db import unit_of_work
from backend.organization import ScopeWish, enrol, stores
from backend.settings import ROOT
from tests.bench.harness import report
from tests.bench.pushes import app_over, close
from tests.e2e.server import DangolServer, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLETS = 200
_ROUNDS = 5
_SECONDS = 2.0
_CONNECTIONS = 6
_TARGET = 0.7


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        server = DangolServer(folder, web_processes=1)
        tokens = _tablets(server)
        shutil.copy(folder / "dangol.sqlite3", folder / "bare.sqlite3")
        server.start()
        stack.callback(server.kill)
        bare_port = stack.enter_context(_bare(folder / "bare.sqlite3"))
        cursor = _cursor(server.port, tokens)
        for token in tokens:
            stack.enter_context(_listening(server.port, token))
        callers = stack.enter_context(_callers())
        requests = [_request(f"/api/v1/sync/pull?cursor={cursor}&limit=1000", token) for token in tokens]
        for port in (server.port, bare_port):
            _ask(callers, port, requests)  # Once without counting: connections, caches, compiled statements.
        for token in tokens:
            _get(server.port, f"/api/v1/sync/pull?cursor={cursor}", token)
        rounds = [(_ask(callers, server.port, requests), _ask(callers, bare_port, requests)) for _ in range(_ROUNDS)]
    value, floor = median(ours for ours, _ in rounds), median(bare for _, bare in rounds)
    ratio = value / floor
    return report(
        "pull_unchanged", value=value, unit="requests/s", floor=floor, ratio=ratio, target=_TARGET, ok=ratio >= _TARGET
    )


def _tablets(server: DangolServer) -> list[str]:
    server.command("init")
    server.command("demo", "--members", "300")
    app = app_over(f"sqlite:///{server.folder / 'dangol.sqlite3'}", server.folder)
    with app.app_context(), unit_of_work():
        store = stores()[0].code
        tokens = [enrol(store, "associate", wish=ScopeWish(), acting_staff=SYSTEM).token for _ in range(_TABLETS)]
    close(app)
    return tokens


@contextmanager
def _bare(database: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tests.bench.bare_pull:app", "--worker-class", "gevent"]
    command += ["--workers", "1", "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--no-control-socket"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"BARE_DATABASE": str(database)}) as process:  # noqa: S603
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


@contextmanager
def _callers() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench.callers"]
    with subprocess.Popen(  # noqa: S603 - a module of ours
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def _ask(callers: subprocess.Popen[str], port: int, requests: list[str]) -> float:
    """Answers a second."""
    assert callers.stdin is not None
    assert callers.stdout is not None
    orders = {"port": port, "seconds": _SECONDS, "connections": _CONNECTIONS, "requests": requests}
    callers.stdin.write(json.dumps(orders) + "\n")
    callers.stdin.flush()
    return float(callers.stdout.readline())


@contextmanager
def _listening(port: int, token: str) -> Iterator[None]:
    """An open stream of events, whose first one has come."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(_request("/api/v1/sync/events", token).encode())
        seen = b""
        while b"data:" not in seen:
            part = connection.recv(4096)
            if not part:
                message = f"No events came: {seen[:300]!r}"
                raise RuntimeError(message)
            seen += part
        yield


def _cursor(port: int, tokens: list[str]) -> str:
    """A cursor that has read everything. Each tablet calls once, so that none is seen for the first time later."""
    cursor: str = ""
    for token in tokens:
        cursor = cursor or _get(port, "/api/v1/sync/snapshot", token)["cursor"]
        page = _get(port, f"/api/v1/sync/pull?cursor={cursor}&limit=5000", token)
        while page["more"] or page["changes"]:
            page = _get(port, f"/api/v1/sync/pull?cursor={page['cursor']}&limit=5000", token)
        cursor = page["cursor"]
    return cursor


def _get(port: int, path: str, token: str) -> Any:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(_request(path, token, connection="close").encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def _request(path: str, token: str, *, connection: str = "keep-alive") -> str:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}", f"Connection: {connection}"]
    return "\r\n".join([*lines, "", ""])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    message = f"Nobody listens on {port}."
    raise RuntimeError(message)
