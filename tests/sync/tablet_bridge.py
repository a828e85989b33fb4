"""The PWA's own book, as its TypeScript stands, driven from Python and speaking with the app under test.

A process of Node runs `pwa/tests/bridge`. Whatever the book asks of its server is answered here by the test client,
unless the test has it fail.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from tests.conftest import Tablet

_ROOT = Path(__file__).resolve().parents[2]


class Bridge:
    """Node with any number of tabs in it. `mishaps` befall the next calls, one each."""

    def __init__(self) -> None:
        beside = Path(sys.executable).with_name("node")
        node = str(beside) if beside.exists() else shutil.which("node")
        assert node, "These tests need Node: run `make setup`."
        self._process = subprocess.Popen(  # noqa: S603 - Node, found above
            [node, "tests/bridge/run.mjs"], cwd=_ROOT / "pwa", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._hear() == {"ready": True}
        self._serial = 0
        self.server: Tablet | None = None
        """With whose token the book speaks."""
        self.mishaps: deque[str] = deque()
        """`""`, `lost before`, `lost after`, `busy`."""
        self._cut = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """No call gets through meanwhile; mishaps wait."""
        self._cut = True
        try:
            yield
        finally:
            self._cut = False

    def do(self, what: str, tab: str, *details: object) -> Any:
        """Carry out a command of bridge.ts; what it gives. Raises `AssertionError` when it failed there."""
        self._serial += 1
        self._say({"id": self._serial, "do": what, "tab": tab, "with": details})
        while True:
            heard = self._hear()
            if "ask" in heard:
                self._say({"reply": heard["ask"]} | self._answer(heard["call"], *heard["with"]))
            elif heard["id"] == self._serial:
                assert "error" not in heard, heard["error"]
                return heard["value"]

    def _answer(self, call: str, *details: Any) -> dict[str, Any]:
        mishap = "lost before" if self._cut else self.mishaps.popleft() if self.mishaps else ""
        if mishap == "lost before":
            return _problem(0, "offline", {})
        if mishap == "busy":
            return _problem(503, "busy", {})
        response = self._response(call, *details)
        if mishap == "lost after":
            return _problem(0, "offline", {})
        if response.status_code != 200:
            body = response.get_json()
            return _problem(response.status_code, body["code"], body)
        if call == "block":
            return {"value": base64.b64encode(response.get_data()).decode()}
        body = response.get_json()
        return {"value": body["results"] if call in {"push", "sealed"} else body}

    def _response(self, call: str, *details: Any) -> Any:
        assert self.server is not None, "whose token?"
        match call, details:
            case "push", (mutations, more):
                return self.server.post(f"/sync/push?more={'true' if more else 'false'}", json={"mutations": mutations})
            case "sealed", (items, more):
                return self.server.post(f"/sync/sealed?more={'true' if more else 'false'}", json={"items": items})
            case "pull", (cursor, limit):
                return self.server.get("/sync/pull", query_string={"cursor": cursor, "limit": limit})
            case "block", (url,):
                return self.server.get(url.removeprefix("/api/v1"))
            case _:
                return self.server.get(f"/sync/{call}")

    def _say(self, line: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        text = self._process.stdout.readline()
        assert text, "the bridge ended"
        heard: dict[str, Any] = json.loads(text)
        return heard


def _problem(status: int, code: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"problem": {"status": status, "code": code, "body": body}}
