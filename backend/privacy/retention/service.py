"""Looking at what has grown old, and letting it go: by batches, each a unit of work of its edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from backend.core import audit, clock, retention
from backend.core.audit import SYSTEM, Actor
from backend.core.db import db
from backend.core.errors import NotFound, ValidationFailed
from backend.privacy.access_log.rules import months_before
from backend.privacy.retention.models import RetentionPeriod, RetentionRun

if TYPE_CHECKING:
    from datetime import datetime

    from backend.core.retention import Rule

BATCH = 200
_SAMPLE = 5


@dataclass(frozen=True)
class Standing:
    """A rule as it stands: its period (None: off), and what it would take now; `sample` are keys, the oldest first."""

    name: str
    title_ko: str
    title_en: str
    least_months: int
    months: int | None
    before: datetime | None
    count: int
    oldest: datetime | None
    sample: list[str]
    last_run: RetentionRun | None


def standings() -> list[Standing]:
    """Every rule with what it would take: a dry run."""
    return [_standing(rule) for rule in retention.rules()]


def standing(name: str) -> Standing:
    """One rule, as above. Raises `NotFound`."""
    return _standing(_rule(name))


def set_months(name: str, months: int | None, *, acting_staff: Actor) -> None:
    """Have a rule keep for so many months, or switch it off. Raises `NotFound`, `ValidationFailed`."""
    rule, row = _rule(name), db.session.get(RetentionPeriod, name)
    if months is not None and months < rule.least_months:
        raise ValidationFailed({"months": [f"This is kept for at least {rule.least_months} months."]})
    before = row.months if row else None
    if row is not None and months is None:
        db.session.delete(row)
    elif row is not None and months is not None:
        row.months = months
    elif months is not None:
        db.session.add(RetentionPeriod(rule=name, months=months))
    detail = {"rule": name, "from": before, "to": months}
    audit.record(acting_staff, "retention.set", subject_kind="retention", subject_id=None, detail=detail)


def begin(name: str, *, acting_staff: Actor) -> RetentionRun:
    """Open a run of a rule, or the one that stands open. Raises `NotFound`, and `ValidationFailed` when it is off."""
    _rule(name)
    before = _before(name)
    if before is None:
        raise ValidationFailed({"months": ["Say first how long this is kept."]})
    open_ = select(RetentionRun).where(RetentionRun.rule == name, RetentionRun.finished_at.is_(None))
    run = db.session.scalars(open_.limit(1)).first()
    if run is None:
        run = RetentionRun(rule=name, before=before, staff_id=acting_staff.staff_id, taken=0)
        db.session.add(run)
        db.session.flush()
        detail = {"rule": name, "before": clock.rfc3339(before)}
        audit.record(acting_staff, "retention.apply", subject_kind="retention", subject_id=run.id, detail=detail)
    return run


def go_on(run_id: str) -> bool:
    """Take one batch of a run in the open unit of work; False when nothing was left and it has ended."""
    run = db.session.get_one(RetentionRun, run_id, with_for_update=True)
    rule = _rule(run.rule)
    keys = [row[0] for row in db.session.execute(rule.due(run.before).limit(BATCH))]
    if keys:
        rule.take(keys)
        run.taken += len(keys)
        return True
    run.finished_at = clock.now()
    detail = {"rule": run.rule, "taken": run.taken}
    actor = Actor(staff_id=run.staff_id) if run.staff_id else SYSTEM
    audit.record(actor, "retention.done", subject_kind="retention", subject_id=run.id, detail=detail)
    return False


def unfinished() -> list[str]:
    """The runs that are to be gone on with."""
    query = select(RetentionRun.id).where(RetentionRun.finished_at.is_(None)).order_by(RetentionRun.id)
    return list(db.session.scalars(query))


def wanting() -> list[str]:
    """The rules that are on and were not applied today."""
    since = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = select(RetentionRun.rule).where(RetentionRun.started_at >= since)
    names = select(RetentionPeriod.rule).where(RetentionPeriod.rule.not_in(today))
    known = {rule.name for rule in retention.rules()}
    return [name for name in db.session.scalars(names.order_by(RetentionPeriod.rule)) if name in known]


def _rule(name: str) -> Rule:
    for rule in retention.rules():
        if rule.name == name:
            return rule
    raise NotFound


def _before(name: str) -> datetime | None:
    row = db.session.get(RetentionPeriod, name)
    return months_before(clock.now(), row.months) if row is not None else None


def _standing(rule: Rule) -> Standing:
    before = _before(rule.name)
    row = db.session.get(RetentionPeriod, rule.name)
    last = select(RetentionRun).where(RetentionRun.rule == rule.name).order_by(RetentionRun.id.desc()).limit(1)
    count, oldest, sample = 0, None, []
    if before is not None:
        due = rule.due(before).subquery()
        key, since = due.c
        count, oldest = db.session.execute(select(func.count(), func.min(since)).select_from(due)).one()
        found = select(key).order_by(since).limit(_SAMPLE)
        sample = [str(each) for each in db.session.scalars(found)]
    return Standing(
        name=rule.name,
        title_ko=rule.title[0],
        title_en=rule.title[1],
        least_months=rule.least_months,
        months=row.months if row else None,
        before=before,
        count=count,
        oldest=oldest,
        sample=sample,
        last_run=db.session.scalars(last).first(),
    )


def taken(run_id: str) -> int:
    """How much a run has taken."""
    db.session.expire_all()
    return db.session.get_one(RetentionRun, run_id).taken
