"""A proxy between the browser and Dangol that can lose what travels through it, as a bad line does."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"}


class LossyProxy:
    """Passes everything on. `lose_replies(path, n)`: the server hears and answers, the browser never learns of it."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.lost: list[int] = []
        """The status of each reply that was thrown away."""
        self._to_lose: dict[str, int] = {}
        self.appended: dict[str, bytes] = {}
        """What is added to the end of every reply to a path: another version of a file."""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where the browser goes."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def lose_replies(self, path: str, times: int) -> None:
        """Throw away the next `times` replies to `path`."""
        with self._lock:
            self._to_lose[path] = times

    def takes(self, path: str, status: int) -> bool:
        """Whether this reply is to be lost; it is noted then."""
        with self._lock:
            left = self._to_lose.get(path, 0)
            if left == 0:
                return False
            self._to_lose[path] = left - 1
            self.lost.append(status)
            return True

    def _handler(self) -> type[_Handler]:
        return type("Handler", (_Handler,), {"proxy": self})


class _Handler(BaseHTTPRequestHandler):
    """One connection from the browser."""

    protocol_version = "HTTP/1.1"
    proxy: LossyProxy

    def pass_on(self) -> None:
        """Ask the server what the browser asked, and give the answer back unless it is to be lost."""
        path = self.path.partition("?")[0]
        more = self.proxy.appended.get(path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        dropped = _HOP_BY_HOP | ({"accept-encoding"} if more else set())
        upstream = http.client.HTTPConnection("127.0.0.1", self.proxy.target_port, timeout=30)
        try:
            # The Host header goes along, so that the server sees the origin that the browser is on.
            headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
            upstream.request(self.command, self.path, body=body, headers=headers)
            reply = upstream.getresponse()
            content = reply.read() + (more or b"")
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        finally:
            upstream.close()
        if self.proxy.takes(path, reply.status):
            self.close_connection = True
            return
        self._give(reply, content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on  # noqa: N815 - http.server's names

    def _give(self, reply: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        if reply.status != http.client.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet: the tests say what matters."""
