"""The worker's part: a refresh that was asked for runs in a process of its own, which is watched and stopped with it.

Fitting keeps the interpreter busy for seconds, and the worker's threads, the dispatcher of messages among them, share
one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.insight.scoring import service
from backend.settings import ROOT

if TYPE_CHECKING:
    import threading

    from flask import Flask

NIGHTLY: Final = 600.0
"""Seconds between two looks whether the night's refresh is due."""
_EVERY: Final = 2.0
_BEAT: Final = 20.0
_STEP: Final = 0.2
_GRACE: Final = 5.0
_log = structlog.get_logger(__name__)


def watch(app: Flask, stop: threading.Event) -> None:
    """Have what was asked for done, one run after the other, until `stop` is set."""
    while not stop.wait(_EVERY):
        with app.app_context():
            try:
                while not stop.is_set() and (model_id := run_in_unit_of_work(service.claim)) is not None:
                    run(model_id, stop)
            finally:
                db.session.remove()


def nightly() -> None:
    """Ask for the night's refresh when it is due."""
    run_in_unit_of_work(service.ask_when_due)


def run(model_id: str, stop: threading.Event) -> None:
    """Do a claimed run in a child, and say that it lives; who ends before its work has failed.

    A run that is stopped with the worker is left for the next one to take up at once.
    """
    child = _start(model_id)
    beat = time.monotonic() + _BEAT
    while child.poll() is None:
        if stop.wait(_STEP):
            _end(child)
            run_in_unit_of_work(partial(service.touch, model_id, touched_at=clock.now() - service.SILENT * 2))
            return
        if time.monotonic() > beat:
            run_in_unit_of_work(partial(service.touch, model_id))
            beat = time.monotonic() + _BEAT
    if child.returncode != 0:
        _log.error("insight_refresh_ended", model=model_id, code=child.returncode)
        # It has said so itself unless it was killed.
        run_in_unit_of_work(partial(service.fail, model_id, "ended"))


def _start(model_id: str) -> subprocess.Popen[bytes]:
    # Matrices are small: threads of the linear algebra would only wait for each other.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "backend.cli", "insight", "refresh", "--run", model_id]
    return subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603 - made here, of an id of ours


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
