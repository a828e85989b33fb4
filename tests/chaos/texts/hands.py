"""The clock that the run turns forward: how many seconds it is ahead stands in a file that every process follows.

The carrier sees a turn before the workers do: otherwise it would date what it takes before the call that brought it,
and its list would seem to lack it.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from backend.core import clock

VARIABLE = "DANGOL_CHAOS_CLOCK"
_LOOK_EVERY = 0.05
_SEEN_AFTER = 0.5
"""Seconds after which every process has looked, on a busy machine, too."""
_MORNING = 9
_SEOUL = ZoneInfo("Asia/Seoul")


class Hands:
    """The clock's hands, for whoever turns them."""

    def __init__(self, path: Path) -> None:
        self.path, self.carriers = path, path.with_name(f"{path.name}-carrier")
        here = datetime.now(_SEOUL)
        morning = here.replace(hour=_MORNING, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self._ahead = (morning - here).total_seconds()
        self._write()

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def turn(self, by: timedelta) -> None:
        """Turn it forward, and wait until everybody has seen it."""
        self._ahead += by.total_seconds()
        self._write()

    def _write(self) -> None:
        for path in (self.carriers, self.path):
            new = path.with_suffix(".new")
            new.write_text(str(self._ahead))
            new.replace(path)
            time.sleep(_SEEN_AFTER)


def follow() -> None:
    """Keep this process's clock by the file that the environment names, from now on."""
    path = Path(os.environ[VARIABLE])
    _read(path)
    threading.Thread(target=_keep_reading, args=[path], daemon=True).start()


def _keep_reading(path: Path) -> None:
    while True:
        time.sleep(_LOOK_EVERY)
        _read(path)


def _read(path: Path) -> None:
    clock.run_ahead(timedelta(seconds=float(path.read_text())))
