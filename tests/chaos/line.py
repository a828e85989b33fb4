"""A tablet's line to the server: plain HTTP over a socket that can be cut at any moment, in both directions."""

from __future__ import annotations

import json
import select
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from http.client import HTTPResponse

_PATIENCE = 90.0


class Fault(StrEnum):
    """What befalls one call."""

    NONE = "none"
    REQUEST_CUT = "request cut"
    """The line breaks in the middle of what is sent."""
    REPLY_LOST = "reply lost"
    """The server hears all of it, and nothing of its answer arrives."""
    REPLY_CUT = "reply cut"
    """The line breaks in the middle of the answer."""


class NoAnswer(Exception):
    """Nobody knows what the server did."""


@dataclass(frozen=True)
class Reply:
    """A whole answer; `date` is the server's clock."""

    status: int
    body: bytes
    headers: dict[str, str]
    date: datetime

    @property
    def json(self) -> Any:
        """The body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Line:
    """Calls with one token, over one kept connection while it holds."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._connection: HTTPConnection | None = None

    def call(
        self, method: str, path: str, content: object = None, *, fault: Fault = Fault.NONE, part: float = 0.5
    ) -> Reply:
        """Ask below /api/v1, or an absolute path. With a fault, `part` of what is cut gets through.

        Raises `NoAnswer`, always so with a fault.
        """
        body = None if content is None else json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            return self._ask(method, path, body, fault, part)
        except (OSError, HTTPException) as error:
            self.hang_up()
            raise NoAnswer(repr(error)) from error
        except NoAnswer:
            self.hang_up()
            raise

    def _ask(self, method: str, path: str, body: bytes | None, fault: Fault, part: float) -> Reply:
        connection = self._connection or HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        self._connection = connection
        self._send(connection, method, path, body, keep=1.0 if fault != Fault.REQUEST_CUT else part)
        if fault == Fault.REPLY_LOST:
            select.select([connection.sock], [], [], _PATIENCE)
        if fault in {Fault.REQUEST_CUT, Fault.REPLY_LOST}:
            raise NoAnswer(fault)
        response = connection.getresponse()
        if fault == Fault.REPLY_CUT:
            response.read(int(part * int(response.headers.get("Content-Length") or 100)))
            raise NoAnswer(fault)
        return self._whole(response)

    def _send(self, connection: HTTPConnection, method: str, path: str, body: bytes | None, *, keep: float) -> None:
        connection.putrequest(method, path if path.startswith("/api/") else f"/api/v1{path}")
        connection.putheader("Authorization", f"Bearer {self._token}")
        if body is not None:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        if body is not None:
            connection.send(body[: int(len(body) * keep)])

    def _whole(self, response: HTTPResponse) -> Reply:
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        if headers.get("connection") == "close":
            self.hang_up()
        return Reply(response.status, body, headers, parsedate_to_datetime(headers["date"]))

    def hang_up(self) -> None:
        """Close the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()
