"""How often somebody may ask: a bucket of permits for each asker, refilled over time, in memory of one process."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from flask import current_app

from backend.core.errors import DangolError

_MOST_ASKERS = 20_000


class TooManyRequests(DangolError):
    """This was asked too often. Wait a moment and try again."""

    code = "too_many_requests"
    status = 429

    def __init__(self, *, retry_after: int) -> None:
        """`retry_after`: seconds until the next request is answered."""
        super().__init__(None, retry_after=retry_after)


@dataclass
class Throttle:
    """At most `burst` requests at once and `per_second` in the long run, for each asker."""

    burst: float
    per_second: float
    # Asker → (permits left, when that was so).
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def ask(self, asker: str) -> None:
        """Take a permit. Raises `TooManyRequests`; off where `app.config["RATELIMIT_ENABLED"]` is False (tests)."""
        if not current_app.config.get("RATELIMIT_ENABLED", True):
            return
        wait = self.take(asker)
        if wait:
            raise TooManyRequests(retry_after=wait)

    def take(self, asker: str) -> int:
        """Take a permit: 0, or the seconds until there is one."""
        now = time.monotonic()
        left, since = self._left.get(asker, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.per_second)
        if left < 1:
            return math.ceil((1 - left) / self.per_second)
        if len(self._left) >= _MOST_ASKERS:
            # Whoever is forgotten starts with a full bucket: better than memory without an end.
            self._left.clear()
        self._left[asker] = (left - 1, now)
        return 0
