"""Trials: asked for at the desk and read back. The worker works them out (`tending`)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update

from backend.core import clock
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.loyalty import placed
from backend.sales.trials.models import RuleTrial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor

_KEPT: Final = timedelta(days=30)
_ZONE: Final = ZoneInfo("Asia/Seoul")
_DAYS = ("starts_on", "ends_on")


def ask(data: Mapping[str, Any], *, acting_staff: Actor) -> str:
    """Ask what a rule as `EarningRuleData` read it would have done last month; the trial's id.

    The last one of the same person ends. Raises `ValidationFailed` for an unknown unit or store.
    """
    rule = placed(dict(data))
    rule |= {name: rule[name].isoformat() if rule.get(name) else None for name in _DAYS}
    mine = (RuleTrial.asked_by == acting_staff.staff_id, RuleTrial.state.in_(["waiting", "running"]))
    db.session.execute(update(RuleTrial).where(*mine).values(state="stopped", ended_at=clock.now()))
    db.session.execute(delete(RuleTrial).where(RuleTrial.asked_at < clock.now() - _KEPT))
    until = clock.now().astimezone(_ZONE).date().replace(day=1) - timedelta(days=1)
    trial = RuleTrial(rule=rule, since=until.replace(day=1), until=until, asked_by=acting_staff.staff_id)
    db.session.add(trial)
    db.session.flush()
    return trial.id


def stop(trial_id: str) -> None:
    """End a trial that waits or runs; one that ended stays as it is. Raises `NotFound`."""
    trial = find(trial_id)
    if trial.state in {"waiting", "running"}:
        trial.state, trial.ended_at = "stopped", clock.now()


def find(trial_id: str) -> RuleTrial:
    """The trial. Raises `NotFound`."""
    found = db.session.get(RuleTrial, trial_id, populate_existing=True) if is_id(trial_id) else None
    if found is None:
        raise NotFound
    return found
