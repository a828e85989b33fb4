"""Calls over sockets that stay open, as many as a server answers: `python -m tests.bench.callers` reads its orders.

A process of its own, which builds each request once and looks at no more of an answer than its length: it waits for the
server, not the server for it.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time


def _ask(connection: socket.socket, request: bytes) -> None:
    """Send one request and read its answer whole. Raises `RuntimeError` unless it is a 200."""
    connection.sendall(request)
    answer = connection.recv(65_536)
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65_536)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:500].decode(errors="replace"))
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)


def _call(port: int, requests: list[bytes], until: float, counts: list[int]) -> None:
    done = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < until:
            _ask(connection, requests[done % len(requests)])
            done += 1
    counts.append(done)


def main() -> None:
    """Read {"port", "seconds", "connections", "requests"} a line; print the answers a second that came."""
    for line in sys.stdin:
        orders = json.loads(line)
        requests = [request.encode() for request in orders["requests"]]
        counts: list[int] = []
        until = time.monotonic() + orders["seconds"]
        threads = [
            threading.Thread(target=_call, args=(orders["port"], requests[number:] + requests[:number], until, counts))
            for number in range(orders["connections"])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(sum(counts) / orders["seconds"], flush=True)


if __name__ == "__main__":
    main()
