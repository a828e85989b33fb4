"""The hint between two processes that share a database, as people run it: gunicorn with gevent."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.server import ROOT, DangolServer
from tests.sync.test_push import sale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse
    from pathlib import Path

pytestmark = pytest.mark.slow
_STREAMS = 200


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DangolServer, DangolServer]]:
    """Two servers over one database, and the token of an admin's tablet beside it."""
    folder: Path = tmp_path_factory.mktemp("events")
    first, second = DangolServer(folder), DangolServer(folder)
    made = subprocess.run(
        [sys.executable, "-m", "tests.e2e.world"],
        cwd=ROOT,
        env=first.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    (folder / "token").write_text(made.stdout.split()[-1])
    try:
        first.start()
        second.start()
        yield first, second
    finally:
        first.kill()
        second.kill()


def call(server: DangolServer, token: str, path: str, body: Any = None) -> tuple[HTTPConnection, HTTPResponse]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    method = "GET" if body is None else "POST"
    text = None if body is None else json.dumps(body)
    connection.request(method, f"/api/v1{path}", text, {"Authorization": f"Bearer {token}"})
    return connection, connection.getresponse()


@contextmanager
def listening(server: DangolServer, token: str) -> Iterator[HTTPResponse]:
    """An open stream whose first hint was read."""
    connection, response = call(server, token, "/sync/events")
    try:
        assert hint(response) is not None
        yield response
    finally:
        # The connection alone leaves the socket to the response, which waits for more.
        response.close()
        connection.close()


def hint(response: HTTPResponse) -> int | None:
    """The next hint; None at the end of the stream."""
    while line := response.readline():
        if line.startswith(b"data: "):
            found: int = json.loads(line.removeprefix(b"data: "))["v"]
            return found
    return None


def token_of(server: DangolServer) -> str:
    return (server.folder / "token").read_text()


def push(server: DangolServer, token: str) -> int:
    """Register somebody there; the clock of the receipt."""
    entry = sale() | {"kind": "customer.register", "data": {"name": "새 손님"}}
    connection, response = call(server, token, "/sync/push", {"mutations": [entry]})
    result = json.loads(response.read())["results"][0]
    connection.close()
    assert result["status"] == "applied", result
    v: int = result["v"]
    return v


def test_a_push_to_one_process_reaches_a_stream_of_another(
    servers: tuple[DangolServer, DangolServer],
) -> None:
    here, there = servers
    with listening(here, token_of(here)) as response:
        for _ in range(5):
            v = push(there, token_of(there))
            told = hint(response)
            while told is not None and told < v:
                told = hint(response)
            assert told is not None
            assert told >= v


def test_a_tablet_that_is_withdrawn_elsewhere_hears_no_more(servers: tuple[DangolServer, DangolServer]) -> None:
    here, _ = servers
    enrolled = json.loads(here.command("tablet", "enrol", "--store", "GN", "--staff", "associate", "--json"))
    with listening(here, enrolled["token"]) as response:
        here.command("tablet", "revoke", enrolled["device_id"])
        assert hint(response) is None
    connection, answer = call(here, enrolled["token"], "/sync/events")
    assert (answer.status, json.loads(answer.read())["code"]) == (401, "device_revoked")
    connection.close()


def test_two_hundred_open_streams_all_hear_of_a_push_elsewhere(servers: tuple[DangolServer, DangolServer]) -> None:
    here, there = servers
    token = token_of(here)
    with ExitStack() as opened:
        streams = [opened.enter_context(listening(here, token)) for _ in range(_STREAMS)]
        v = push(there, token)
        with ThreadPoolExecutor(20) as readers:
            told = list(readers.map(hint, streams))
        assert all(each is not None and each >= v for each in told)
