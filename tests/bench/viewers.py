"""People who look at one card after the other: `python -m tests.bench.viewers` reads its orders.

A process of its own. Each viewer has a connection that stays open and thinks between two cards, so that what is
measured is how long a card takes, not how many a server can answer.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
import time

from tests.bench.callers import _ask


def _view(port: int, requests: list[bytes], until: float, pause: float, took: list[float]) -> None:
    chance = random.Random(len(requests[0]) + port)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        time.sleep(random.uniform(0, pause))
        while time.monotonic() < until:
            begun = time.perf_counter()
            _ask(connection, chance.choice(requests))
            took.append(time.perf_counter() - begun)
            time.sleep(random.uniform(0.5, 1.5) * pause)


def main() -> None:
    """Read {"port", "seconds", "viewers", "pause", "requests"} a line; print how long each view took, in seconds."""
    for line in sys.stdin:
        orders = json.loads(line)
        requests = [request.encode() for request in orders["requests"]]
        took: list[float] = []
        until = time.monotonic() + orders["seconds"]
        threads = [
            threading.Thread(target=_view, args=(orders["port"], requests, until, orders["pause"], took))
            for _ in range(orders["viewers"])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
