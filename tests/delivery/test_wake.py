"""A waiting worker is called when something was put in, on the database that can call."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from backend.core.db import db, run_in_unit_of_work
from backend.delivery.wake import Bell, call_workers

if TYPE_CHECKING:
    from flask import Flask

WITHIN = 10.0


def test_the_bell_rings_when_a_unit_of_work_that_called_is_committed(app: Flask) -> None:
    rung = threading.Event()
    can_call = app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql")
    bell = Bell(db.engine, rung.set)
    bell.start()
    try:
        run_in_unit_of_work(call_workers)
        # Whoever has only begun to listen hears the next call.
        deadline = time.monotonic() + (WITHIN if can_call else 0.0)
        while not rung.wait(0.1) and time.monotonic() < deadline:
            run_in_unit_of_work(call_workers)
        assert rung.is_set() == can_call
        rung.clear()
        db.session.rollback()
        assert not rung.wait(0.3)
    finally:
        bell.stop()
