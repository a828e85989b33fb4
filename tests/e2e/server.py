"""A Dangol that really runs: its own processes, its own database, killed as a plug is pulled."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
DANGOL = Path(sys.executable).with_name("dangol")
_START_WITHIN = 180.0
_GONE_WITHIN = 10.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class DangolServer:
    """`dangol serve` on a port of its own over the database in `folder`."""

    def __init__(self, folder: Path, *, web_processes: int = 1, public_url: str | None = None) -> None:
        self.folder = folder
        self._public_url = public_url
        self.port = free_port()
        self._web_processes = web_processes
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the server and the commands beside it are run with."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DANGOL_", "PYTEST_"))}
        return kept | {
            "DANGOL_DEMO": "1",
            "DANGOL_DATABASE_URL": f"sqlite:///{self.folder / 'dangol.sqlite3'}",
            "DANGOL_SIMULATOR_DATABASE": str(self.folder / "simulator.sqlite3"),
            "DANGOL_UPLOADS": str(self.folder / "uploads"),
            "DANGOL_WEB_PROCESSES": str(self._web_processes),
            "PORT": str(self.port),
            **({"DANGOL_PUBLIC_URL": self._public_url} if self._public_url else {}),
        }

    def start(self) -> None:
        """Start it and wait until it says that it is well."""
        log = (self.folder / "serve.log").open("ab")
        with log:
            # A session of its own makes a process group, so that killing it leaves no half behind.
            self._process = subprocess.Popen(
                [str(DANGOL), "serve"], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_well(self._process)

    def _wait_until_well(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_WITHIN
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            if self._is_well():
                return
            time.sleep(0.05)
        said = (self.folder / "serve.log").read_text(errors="replace")[-4000:]
        self.kill()
        message = f"dangol serve did not come up on port {self.port}. It said:\n{said}"
        raise AssertionError(message)

    def _is_well(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """End it at once and entirely, as a power cut would, and wait until nobody listens any more."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_GONE_WITHIN)
        self._process = None
        deadline = time.monotonic() + _GONE_WITHIN
        while self._listens() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not self._listens(), "something still listens on the port of the killed server"

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def runs(self) -> bool:
        """Whether it was started and not killed since."""
        return self._process is not None

    def command(self, *arguments: str) -> str:
        """What a `dangol` command prints, beside the running server or without it."""
        done = subprocess.run(
            [str(DANGOL), *arguments], cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, f"dangol {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def sale_ids(self) -> list[str]:
        """The ids of all sales, as the database holds them with or without a server."""
        return [row[0] for row in self._select("SELECT id FROM sale ORDER BY id")]

    def receipts(self, *mutations: str) -> list[str]:
        """Those of the mutations that have a receipt, one entry for each receipt."""
        marks = ", ".join("?" * len(mutations))
        query = f"SELECT mutation_id FROM receipt WHERE mutation_id IN ({marks}) ORDER BY mutation_id"  # noqa: S608 - marks
        return [row[0] for row in self._select(query, *mutations)]

    def looks(self) -> Counter[str]:
        """How often the access log holds a look at each customer's card."""
        rows = self._select("SELECT customer_id, count(*) FROM access_entry WHERE what = 'card' GROUP BY customer_id")
        return Counter(dict(rows))

    def staff_id(self, login: str) -> str:
        """The id of whoever signs in so."""
        ((found,),) = self._select("SELECT id FROM staff WHERE login = ?", login)
        return str(found)

    def views(self, *, device: str, what: str) -> list[tuple[str, str]]:
        """Who saw this of whom on a tablet, as ids, oldest first."""
        query = "SELECT staff_id, customer_id FROM access_entry WHERE device_id = ? AND what = ? ORDER BY at, id"
        return [(staff, customer) for staff, customer in self._select(query, device, what)]

    def _select(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "dangol.sqlite3", timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def get(self, path: str) -> Any:
        """The JSON that GET `path` answers to an admin's tablet."""
        token = (self.folder / "token").read_text().strip()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            body = response.read()
            assert response.status == HTTPStatus.OK, (path, response.status, body)
            return json.loads(body)
        finally:
            connection.close()

    def text_somebody(self) -> str:
        """Send a text by the command line to a Korean member who may be texted, and wait for it; her number."""
        approved = [each for each in self.get("/api/v1/templates")["items"] if each["approved_version"]]
        service = next(each["name"] for each in approved if each["purpose"] == "service")
        for customer in self.get(f"/api/v1/customers?limit=8&q={quote('김')}")["items"]:
            phone: str | None = self.get(f"/api/v1/customers/{customer['id']}")["phone"]
            told = self.command("sms", "send", "--to", customer["id"], "--template", service, "--json")
            if phone is not None and json.loads(told)["state"] in {"queued", "sending", "sent", "delivered"}:
                self._wait_for_text(phone)
                return phone
        message = "nobody may be texted"
        raise AssertionError(message)

    def _wait_for_text(self, phone: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.get(f"/simulator/messages?to={quote(phone)}")["items"]:
                return
            time.sleep(0.2)
