"""The house under trial: the web for simulator and webhooks, workers that can be killed, and looks into both files."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from sqlalchemy import create_engine, text

from tests.chaos.texts import hands
from tests.e2e.server import ROOT, DangolServer

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_WEB = (
    "-m",
    "gunicorn",
    "tests.chaos.texts.web:app",
    "--worker-class",
    "gevent",
    "--log-level",
    "warning",
    "--no-control-socket",
)
_CLOSES = 10.0


class House(DangolServer):
    """Web and workers as processes of their own over one database."""

    def __init__(self, folder: Path, database_url: str, clock: hands.Hands, *, web_processes: int) -> None:
        super().__init__(folder, web_processes=web_processes)
        self.database_url = database_url
        self.clock = clock
        self.workers: list[subprocess.Popen[bytes]] = []
        self.engine = create_engine(database_url)

    @property
    def environment(self) -> dict[str, str]:
        """The same with this database and this clock."""
        own = {"DANGOL_DATABASE_URL": self.database_url, hands.VARIABLE: str(self.clock.path)}
        return super().environment | own

    def prepare(self, messages: int) -> None:
        """Make the database and fill the outbox."""
        command = [sys.executable, "-m", "tests.chaos.texts.shop", str(messages)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]

    def start(self) -> None:
        """Start the web and wait until it is well."""
        command = [sys.executable, *_WEB, "--workers", str(self._web_processes), "--chdir", str(ROOT)]
        command += ["--bind", f"127.0.0.1:{self.port}"]
        self._process = self._run(command, {hands.VARIABLE: str(self.clock.carriers)})
        self._wait_until_well(self._process)

    def start_worker(self) -> None:
        """Start one more."""
        self.workers.append(self._run([sys.executable, "-m", "tests.chaos.texts.worker"]))

    def kill_worker(self, place: int) -> str:
        """End a worker as a power cut would; the end of its name in the outbox."""
        worker = self.workers.pop(place)
        worker.kill()
        worker.wait(_CLOSES)
        return f":{worker.pid}"

    def close(self) -> None:
        """End everything that was started here."""
        for worker in self.workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait(_CLOSES)
        self.workers.clear()
        self.kill()
        self.engine.dispose()

    def follow(self, script: dict[str, Any]) -> None:
        """Give the simulator its script."""
        body = json.dumps(script).encode()
        with urlopen(Request(f"{self.url}/simulator/script", data=body, method="PUT"), timeout=30) as answer:  # noqa: S310 - our own
            assert answer.status == 200

    def rows(self, query: str, **values: Any) -> list[Any]:
        """What the shop's database answers."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def carrier(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the simulator's file answers."""
        with closing(sqlite3.connect(self.folder / "simulator.sqlite3", timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def due(self) -> list[tuple[str, str | None, datetime | str | None]]:
        """State, worker and moment of every message about which something is still to be done."""
        found = self.rows(
            "SELECT state, worker, CASE WHEN state = 'sending' THEN lease_until ELSE due_at END FROM message "
            "WHERE state IN ('queued', 'held', 'sending') OR (state = 'unknown' AND due_at IS NOT NULL)"
        )
        return [(state, worker, moment) for state, worker, moment in found]

    def _run(self, command: list[str], more: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        with (self.folder / "serve.log").open("ab") as log:
            environment = self.environment | (more or {})
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
