"""What the worker process runs: short jobs every so many seconds, and loops that run until they are told to stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

_KEY = "dangol.jobs"
_log = structlog.get_logger(__name__)


@dataclass
class Jobs:
    """What was registered."""

    periodic: dict[str, tuple[float, Callable[[], object]]] = field(default_factory=dict)
    loops: dict[str, Callable[[Flask, threading.Event], None]] = field(default_factory=dict)


def of(app: Flask) -> Jobs:
    """The jobs of `app`."""
    jobs: Jobs = app.extensions.setdefault(_KEY, Jobs())
    return jobs


def every(app: Flask, seconds: float, name: str, job: Callable[[], object]) -> None:
    """Run `job()` in an app context every `seconds`. It opens its own unit of work."""
    of(app).periodic[name] = (seconds, job)


def loop(app: Flask, name: str, run: Callable[[Flask, threading.Event], None]) -> None:
    """Run `run(app, stop)` in a thread of its own until `stop` is set."""
    of(app).loops[name] = run


def run(app: Flask, stop: threading.Event) -> None:
    """Run everything that was registered until `stop` is set; a job that fails is logged and has its next turn."""
    threads = [
        threading.Thread(target=_periodically, args=(app, stop, name, seconds, job), name=name)
        for name, (seconds, job) in of(app).periodic.items()
    ]
    threads += [
        threading.Thread(target=_forever, args=(app, stop, name, body), name=name)
        for name, body in of(app).loops.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _periodically(app: Flask, stop: threading.Event, name: str, seconds: float, job: Callable[[], object]) -> None:
    while not stop.is_set():
        with app.app_context():
            try:
                job()
            except Exception:  # noqa: BLE001 - a worker loop: what fails is logged and tried again.
                _log.exception("job_failed", job=name)
            finally:
                db.session.remove()
        stop.wait(seconds)


def _forever(app: Flask, stop: threading.Event, name: str, body: Callable[[Flask, threading.Event], None]) -> None:
    while not stop.is_set():
        try:
            body(app, stop)
        except Exception:  # noqa: BLE001 - a worker loop: what fails is logged and started again.
            _log.exception("loop_failed", loop=name)
        stop.wait(1)
