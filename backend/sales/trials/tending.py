"""The worker's part: trials are worked out member by member, and nothing is written but how far they are."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import func, or_, select, update

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.loyalty import Rule, try_rule
from backend.sales.models import Sale
from backend.sales.points import buyers, sold_to
from backend.sales.trials.models import RuleTrial

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from backend.loyalty import Tried

EVERY: Final = 1.0
"""Seconds between two looks for a trial that waits."""
_SILENT: Final = timedelta(minutes=1)
"""When a trial's worker is given up, and another one begins it again."""
_CANDIDATE: Final = "candidate"
_SUMS: Final = ("sales", "members", "sales_gaining", "members_gaining", "paid", "points_now", "points_then")
_log = structlog.get_logger(__name__)


def work() -> None:
    """The worker's job: work out what waits, one after the other."""
    while (claimed := run_in_unit_of_work(claim)) is not None:
        try:
            _carry_out(*claimed)
        except Exception:  # noqa: BLE001 - as in the worker's other jobs: logged; the screen says that it failed.
            _log.exception("trial_failed", trial=claimed[0])
            db.session.rollback()
            run_in_unit_of_work(partial(_note, claimed[0], state="failed", ended_at=clock.now()))


def claim() -> tuple[str, Rule, date, date] | None:
    """Take the oldest trial that waits, or whose worker is gone: (id, rule, first day, last day)."""
    gone = RuleTrial.alive_at < clock.now() - _SILENT
    waits = or_(RuleTrial.state == "waiting", (RuleTrial.state == "running") & gone)
    query = select(RuleTrial).where(waits).order_by(RuleTrial.id).limit(1).with_for_update(skip_locked=True)
    trial = db.session.scalar(query)
    if trial is None:
        return None
    trial.state, trial.alive_at, trial.sales = "running", clock.now(), 0
    known = (Sale.business_day.between(trial.since, trial.until), Sale.customer_id.is_not(None))
    trial.total = db.session.scalar(select(func.count()).select_from(Sale).where(*known)) or 0
    # As if it had been live all the month.
    values: dict[str, Any] = dict.fromkeys(Rule.__dataclass_fields__) | trial.rule
    values |= {"id": _CANDIDATE, "starts_on": trial.since, "ends_on": None}
    rule = Rule(**{name: values[name] for name in Rule.__dataclass_fields__})
    return trial.id, rule, trial.since, trial.until


def _carry_out(trial_id: str, rule: Rule, since: date, until: date) -> None:
    """Go through the month member by member; whoever stops the trial is heard after each part."""
    sums: Counter[str] = Counter()
    now, then = Counter[str](), Counter[str]()
    after = ""
    while members := buyers(since, until, after):
        after = members[-1]
        _add(try_rule(rule, sold_to(members, since, until)), sums, now, then)
        db.session.rollback()
        if not run_in_unit_of_work(partial(_note, trial_id, sales=sums["sales"], alive_at=clock.now())):
            return
    units = {unit_id: [now[unit_id], then[unit_id]] for unit_id in sorted(now.keys() | then.keys())}
    result = {name: sums[name] for name in _SUMS} | {"units": units}
    run_in_unit_of_work(partial(_note, trial_id, state="ready", result=result, ended_at=clock.now()))


def _add(tried: Iterable[Tried], sums: Counter[str], now: Counter[str], then: Counter[str]) -> None:
    members: dict[str, bool] = {}
    for sold, without, given, paid in tried:
        sums.update(sales=1, sales_gaining=given > without, paid=paid, points_now=without, points_then=given)
        now[sold.business_unit_id] += without
        then[sold.business_unit_id] += given
        members[sold.customer_id] = members.get(sold.customer_id, False) or given > without
    sums.update(members=len(members), members_gaining=sum(members.values()))


def _note(trial_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns of RuleTrial
    """Write into a trial that runs; whether it still does."""
    running = (RuleTrial.id == trial_id, RuleTrial.state == "running")
    return bool(db.session.execute(update(RuleTrial).where(*running).values(**values).returning(RuleTrial.id)).all())
