"""`access_log_cost`: what writing down who looked adds to a look at a card, p95, while fifty people look at cards.

Each viewer opens another card about every second. The floor is the same app over a copy of the same database, behind
the same server, that writes nothing down (`unlogged`). Both are asked in turn, in rounds; all views count. `target` is
the most that may be added, in milliseconds.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.audit import SYSTEM
from backend.core.db import db, unit_of_work
from backend.customers import Customer
from backend.organization import ScopeWish, enrol, stores
from backend.settings import ROOT, load
from tests.bench.bench_pull_unchanged import _request, _wait_for
from tests.bench.harness import report
from tests.bench.pushes import app_over, close
from tests.e2e.server import DangolServer, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_VIEWERS = 50
_ROUNDS = 4
_SECONDS = 8.0
_PAUSE = 1.0
_CARDS = 200
_MOST_MS = 2.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as name, ExitStack() as stack:
        logging, unlogged = Path(name) / "logging", Path(name) / "unlogged"
        logging.mkdir()
        requests = _requests(DangolServer(logging))
        shutil.copytree(logging, unlogged)
        ours = stack.enter_context(_served(logging, "wsgi:app"))
        bare = stack.enter_context(_served(unlogged, "tests.bench.unlogged:app"))
        viewers = stack.enter_context(_viewers())
        for port in (ours, bare):
            _look(viewers, port, requests, seconds=2.0)  # Once without counting: connections, compiled statements.
        took: dict[int, list[float]] = {ours: [], bare: []}
        for _ in range(_ROUNDS):
            for port in took:
                took[port] += _look(viewers, port, requests, seconds=_SECONDS)
    value, floor = _p95(took[ours]), _p95(took[bare])
    ok = value - floor <= _MOST_MS
    return report("access_log_cost", value=value, unit="ms", floor=floor, ratio=value / floor, target=_MOST_MS, ok=ok)


def _p95(seconds: list[float]) -> float:
    """Milliseconds."""
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def _requests(server: DangolServer) -> list[str]:
    server.command("init")
    server.command("demo", "--members", "1000")
    app = app_over(f"sqlite:///{server.folder / 'dangol.sqlite3'}", server.folder)
    with app.app_context():
        with unit_of_work():
            token = enrol(stores()[0].code, "associate", wish=ScopeWish(), acting_staff=SYSTEM).token
        members = db.session.execute(select(Customer.id).order_by(Customer.id).limit(_CARDS)).scalars().all()
    close(app)
    return [_request(f"/api/v1/customers/{member}", token) for member in members]


@contextmanager
def _served(folder: Path, app: str) -> Iterator[int]:
    port = free_port()
    # As many processes as `dangol serve` starts unless told otherwise.
    workers = str(load({"DANGOL_DEMO": "1"}).web_processes)
    command = [sys.executable, "-m", "gunicorn", app, "--worker-class", "gevent", "--workers", workers]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", "--no-control-socket"]
    environment = os.environ | {
        "DANGOL_DEMO": "1",
        "DANGOL_DATABASE_URL": f"sqlite:///{folder / 'dangol.sqlite3'}",
        "DANGOL_SIMULATOR_DATABASE": str(folder / "simulator.sqlite3"),
    }
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:  # noqa: S603 - a module of ours
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


@contextmanager
def _viewers() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench.viewers"]
    with subprocess.Popen(  # noqa: S603 - a module of ours
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


def _look(viewers: subprocess.Popen[str], port: int, requests: list[str], *, seconds: float) -> list[float]:
    assert viewers.stdin is not None
    assert viewers.stdout is not None
    orders = {"port": port, "seconds": seconds, "viewers": _VIEWERS, "pause": _PAUSE, "requests": requests}
    viewers.stdin.write(json.dumps(orders) + "\n")
    viewers.stdin.flush()
    took: list[float] = json.loads(viewers.stdout.readline())
    return took
