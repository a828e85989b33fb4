"""A backup put back under a server of several processes that is being read and written all the time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend import backups
from backend.core.db import db
from backend.core.ids import new_id
from backend.sales import Sale
from backend.sync import epochs, prepare_scope, verify
from tests.e2e.server import DANGOL, ROOT, free_port
from tests.sync.house import house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Tablet

pytestmark = [pytest.mark.slow]
_START_WITHIN = 120.0


class Server:
    """`dangol serve` with several web processes over the database of a house, and a tablet that speaks to it."""

    def __init__(self, url: str, folder: Path, token: str) -> None:
        self.port = free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DANGOL_", "PYTEST_"))}
        self._environment = kept | {
            "DANGOL_DEMO": "1",
            "DANGOL_DATABASE_URL": url,
            "DANGOL_SIMULATOR_DATABASE": str(folder / "simulator.sqlite3"),
            "DANGOL_WEB_PROCESSES": "3",
            "PORT": str(self.port),
        }
        self._token = token
        self.refused: list[tuple[int, str]] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start it, wait until it is well, and pull the plug at the end."""
        process = subprocess.Popen(  # noqa: S603 - our own command
            [str(DANGOL), "serve"], cwd=ROOT, env=self._environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + _START_WITHIN
            while self.ask("GET", "/healthz", prefix="")[0] != 200:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < deadline, "the server did not come up"
                time.sleep(0.1)
            self.refused.clear()
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def ask(self, method: str, path: str, body: Any = None, *, prefix: str = "/api/v1") -> tuple[int, Any]:
        """Status and JSON; (0, None) when the connection failed."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            try:
                connection.request(method, prefix + path, json.dumps(body) if body else None, headers)
                response = connection.getresponse()
                content = response.read()
            except (OSError, HTTPException):
                return 0, None
        if response.status >= 500:
            self.refused.append((response.status, content.decode(errors="replace")))
        return response.status, json.loads(content)

    def copy(self) -> tuple[str, frozenset[str]] | None:
        """(epoch, names of the customers) of a whole new copy; None when it had to be begun again."""
        status, snapshot = self.ask("GET", "/sync/snapshot")
        if status != 200:
            return None
        names: dict[str, str] = {}
        for block in snapshot["collections"]["customers"]["blocks"]:
            status, content = self.ask("GET", block["url"], prefix="")
            if status != 200:
                return None
            names |= dict(zip(content["columns"][0], content["columns"][1], strict=True))
        cursor, more = snapshot["cursor"], True
        while more:
            status, page = self.ask("GET", f"/sync/pull?cursor={cursor}")
            if status != 200:
                return None
            for change in page["changes"]:
                if change["collection"] == "customers":
                    names.pop(change["id"], None)
                    names |= {change["id"]: change["row"]["name"]} if change["op"] == "put" else {}
            cursor, more = page["cursor"], page["more"]
        return snapshot["epoch"], frozenset(names.values())


@pytest.fixture
def own(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    with house(app, tmp_path) as made:
        yield made


def mutation(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": new_id(), "kind": kind, "at": "2026-11-20T10:00:01+09:00", "seq": 1, "data": data}


def sale() -> dict[str, Any]:
    lines = [{"sku": "A1", "quantity": 1, "amount": 10_000}]
    at = "2026-11-20T10:00:00+09:00"
    return mutation("sale.log", customer_id=None, lines=lines, currency="KRW", occurred_at=at)


def test_nobody_sees_a_mixture_and_no_sale_that_was_acknowledged_is_missing_in_the_end(
    own: Flask, tablet: Tablet, tmp_path: Path
) -> None:
    at_store = type(tablet)(own)
    at_store.push(mutation("customer.register", name="먼저"))
    prepare_scope(at_store.device.scope)
    server = Server(own.config["SQLALCHEMY_DATABASE_URI"], tmp_path, at_store.token)
    seen: set[tuple[str, frozenset[str]]] = set()
    acknowledged: list[dict[str, Any]] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            time.sleep(0.02)
            copy = server.copy()
            if copy is not None:
                seen.add(copy)

    def sell() -> None:
        while not stop.is_set():
            entry = sale()
            while server.ask("POST", "/sync/push", {"mutations": [entry]})[0] != 200:
                time.sleep(0.02)
            acknowledged.append(entry)

    with server.running():
        old = epochs.clock_state().epoch
        backups.backup(tmp_path / "backup")
        at_store.push(mutation("customer.register", name="나중"))
        threads = [threading.Thread(target=work) for work in (read, read, sell, sell)]
        for thread in threads:
            thread.start()
        wait_for(lambda: len(acknowledged) > 20 and bool(seen))
        new = backups.restore(tmp_path / "backup").epoch
        count = len(acknowledged)
        wait_for(lambda: len(acknowledged) > count + 20 and any(epoch == new for epoch, _ in seen))
        stop.set()
        for thread in threads:
            thread.join()
        for start in range(0, len(acknowledged), 100):
            status, _ = server.ask("POST", "/sync/push", {"mutations": acknowledged[start : start + 100]})
            assert status == 200
    assert seen == {(old, frozenset({"먼저", "나중"})), (new, frozenset({"먼저"}))}
    db.session.rollback()
    assert set(db.session.scalars(select(Sale.id))) == {entry["id"] for entry in acknowledged}
    assert [status for status, _ in server.refused if status != 503] == [], server.refused
    assert verify.verify()["problems"] == []


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
