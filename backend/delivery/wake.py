"""Waking the worker: it looks by itself a few times a second, and on PostgreSQL it is called.

The outbox owns the truth: a call that gets lost costs one look's wait. `call_workers` is for whoever puts something
there; `Bell` is for whoever waits.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import text

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

_CHANNEL: Final = "dangol_outbox"
_LISTEN_SECONDS: Final = 1.0
_PATIENCE: Final = 5.0

log = structlog.get_logger(__name__)


def call_workers() -> None:
    """Within a unit of work: have waiting workers look when it is committed. PostgreSQL says it once for each unit."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"NOTIFY {_CHANNEL}"))


class Bell:
    """Rings `ring()` from a thread of its own whenever a unit of work called; never on SQLite."""

    def __init__(self, engine: Engine, ring: Callable[[], object]) -> None:
        self._engine = engine
        self._ring = ring
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to listen, where there is something to listen to."""
        if self._engine.dialect.name == "postgresql":
            self._thread = threading.Thread(target=self._listen, name="outbox-bell", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen_once()
            except Exception:
                # The worker looks by itself meanwhile.
                log.exception("bell_failed")
                self._stop.wait(_PATIENCE)

    def _listen_once(self) -> None:
        raw = self._engine.raw_connection()
        try:
            connection: Any = raw.driver_connection
            connection.autocommit = True
            connection.execute(f"LISTEN {_CHANNEL}")
            while not self._stop.is_set():
                for _ in connection.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                    self._ring()
        finally:
            # Listening belongs to the connection: it does not go back into the pool.
            raw.invalidate()
