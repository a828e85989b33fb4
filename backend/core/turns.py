"""Turns that are taken in the order in which they were asked for.

A semaphore of the standard library lets whoever asks in the right moment pass by those who wait: under writers that
never pause, one can wait for a minute.
"""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """At most `count` at a time."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def acquire(self, *, within: float) -> bool:
        """Wait at most so many seconds for a turn; whether it came."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(within):
            return True
        with self._guard:
            if mine.is_set():  # It came in the moment in which we gave up.
                return True
            self._waiting.remove(mine)
            return False

    def release(self) -> None:
        """Hand the turn to who has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
