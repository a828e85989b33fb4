"""A view that was answered is in the access log, even when the server is killed in the same moment."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.server import DangolServer

_VIEWERS = 6
_VIEWS = 120


def test_no_view_that_was_answered_is_missing_after_a_kill(server: DangolServer) -> None:
    token = (server.folder / "token").read_text().strip()
    members = [row["id"] for row in server.get("/api/v1/customers?limit=40")["items"]]
    before = server.looks()
    answered: list[str] = []
    enough = threading.Event()

    def view(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        try:
            while True:
                customer = members[number % len(members)]
                connection.request("GET", f"/api/v1/customers/{customer}", headers={"Authorization": f"Bearer {token}"})
                response = connection.getresponse()
                if response.status == 200 and json.loads(response.read())["id"] == customer:
                    answered.append(customer)
                if len(answered) >= _VIEWS:
                    enough.set()
                number += _VIEWERS
        except (OSError, HTTPException, ValueError):
            return  # Killed in the middle of an answer.
        finally:
            connection.close()

    viewers = [threading.Thread(target=view, args=(number,)) for number in range(_VIEWERS)]
    for each in viewers:
        each.start()
    assert enough.wait(60)
    server.kill()
    for each in viewers:
        each.join()
    recorded = server.looks() - before
    assert len(answered) >= _VIEWS
    assert Counter(answered) <= recorded
    # At most one for each viewer was written whose answer never came.
    assert recorded.total() - len(answered) <= _VIEWERS
