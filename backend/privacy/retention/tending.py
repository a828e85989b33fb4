"""What the worker does so that nothing is kept longer than is set."""

from __future__ import annotations

from functools import partial

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.privacy.retention import service


def tend() -> None:
    """Begin each rule that is on once a day, and go on with every open run: asked for, or left by a killed worker."""
    for name in service.wanting():
        run_in_unit_of_work(partial(service.begin, name, acting_staff=SYSTEM))
    for run_id in service.unfinished():
        finish(run_id)


def finish(run_id: str) -> None:
    """Take batch after batch, each committed by itself, until nothing is left."""
    while run_in_unit_of_work(partial(service.go_on, run_id)):
        db.session.expire_all()
