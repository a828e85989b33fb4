"""How calls go wrong on the wire: errors, silence, dropped connections, half an answer."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from sms.simulator import faults

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def accepts(fate: str) -> bool:
    """Tell whether the message is accepted, whatever the caller hears of it."""
    return fate == faults.TAKEN or fate.endswith("_after")


def answer(fate: str, *, seconds: float, body: str) -> ResponseReturnValue:
    """Answer a call that goes wrong. `seconds` is how long silence lasts; `body` is what the answer would have been."""
    if fate == faults.THROTTLED:
        told = {"code": 20429, "message": "Too Many Requests", "more_info": "", "status": 429}
        return jsonify(told), 429, {"Retry-After": "1"}
    if fate.startswith("error"):
        return jsonify({"code": 20500, "message": "Internal Server Error", "more_info": "", "status": 500}), 500
    if fate.startswith("garbled"):
        return Response(body[: len(body) // 2], status=201, content_type="application/json")
    if fate.startswith("silent"):
        time.sleep(seconds)
    return _drop()


def _drop() -> ResponseReturnValue:
    """Close the connection without a word. Where there is none (a test's client) this is an empty 502."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)
