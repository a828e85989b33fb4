"""A refresh in the process of a command. Loads numpy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from backend.core.audit import SYSTEM
from backend.core.children import die_with_parent
from backend.core.db import run_in_unit_of_work
from backend.insight.scoring import running, service

if TYPE_CHECKING:
    from datetime import date

    from backend.insight.scoring.models import InsightModel

_LOW = 10


def refresh(*, as_of: date | None) -> InsightModel:
    """Do a refresh that waits or was given up, or else a new one, up to its end; the version as it stands then.

    Raises `Conflict` while one is under way.
    """
    model_id = run_in_unit_of_work(lambda: service.claim() or _asked(as_of))
    running.carry_out(model_id)
    return service.find(model_id)


def as_child(model_id: str) -> bool:
    """Carry out a run that the worker claimed: behind all that people wait for, and never longer than the worker."""
    die_with_parent()
    os.nice(_LOW)
    return running.carry_out(model_id)


def summary(run: InsightModel) -> dict[str, Any]:
    """What a refresh did, as JSON."""
    shown = ("id", "version", "as_of", "state", "problem", "currency", "members", "purchases", "scored", "judgements")
    return {name: getattr(run, name) for name in shown}


def _asked(as_of: date | None) -> str:
    service.ask(acting_staff=SYSTEM, as_of=as_of)
    claimed = service.claim()
    if claimed is None:
        message = "A run that was just asked for is gone."
        raise RuntimeError(message)
    return claimed
