"""Asking for a refresh, and the versions that come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock
from backend.core.db import TryAgain, db
from backend.core.errors import Conflict, NotFound
from backend.core.ids import is_id
from backend.insight.scoring.models import InsightModel, MemberScore
from backend.insight.scoring.rules import UNDER_WAY, is_due
from backend.organization import Store
from backend.sales import Sale

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import ColumnElement

    from backend.core.audit import Actor

SILENT: Final = timedelta(minutes=2)
"""When a run is given up, and the next worker goes on with it."""
KEPT: Final = 30
"""How many versions are kept."""
_ZONE: Final = "Asia/Seoul"


def ask(*, acting_staff: Actor, as_of: date | None = None) -> InsightModel:
    """Ask the worker for a refresh from what was known when `as_of` (the house's today) was over.

    Raises `Conflict` while another one is under way.
    """
    if under_way() is not None:
        detail = "A refresh is under way already. Its scores are there in a moment."
        raise Conflict(detail)
    newest = db.session.scalar(select(func.max(InsightModel.version))) or 0
    run = InsightModel(version=newest + 1, as_of=as_of or today(), staff_id=acting_staff.staff_id)
    db.session.add(run)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody else asked in the same moment; the next try sees her run.
        raise TryAgain from error
    detail_ = {"version": run.version, "as_of": run.as_of.isoformat()}
    audit.record(acting_staff, "insight.refresh", subject_kind="insight_model", subject_id=run.id, detail=detail_)
    return run


def ask_when_due() -> InsightModel | None:
    """Ask for tonight's refresh, of the day that ended, unless it was asked for or nothing was ever sold."""
    zone = _main_zone()
    last = db.session.scalar(select(InsightModel).order_by(InsightModel.version.desc()).limit(1))
    begun = None if last is None else last.started_at.astimezone(zone)
    if not is_due(clock.now().astimezone(zone), begun) or under_way() is not None or not _ever_sold():
        return None
    return ask(acting_staff=audit.SYSTEM, as_of=today() - timedelta(days=1))


def claim() -> str | None:
    """Take over a run that waits, or whose worker fell silent; its id. Belongs into a unit of work."""
    query = select(InsightModel).where(_open()).order_by(InsightModel.version).limit(1)
    found = db.session.scalar(query.with_for_update(skip_locked=True))
    if found is None:
        return None
    if found.state == "waiting":
        found.state = "fitting"
    found.touched_at = clock.now()
    return found.id


def _open() -> ColumnElement[bool]:
    silent = InsightModel.touched_at < clock.now() - SILENT
    return or_(InsightModel.state == "waiting", InsightModel.state.in_(UNDER_WAY) & silent)


def find(model_id: str) -> InsightModel:
    """The version as it stands. Raises `NotFound`."""
    found = db.session.get(InsightModel, model_id, populate_existing=True) if is_id(model_id) else None
    if found is None:
        raise NotFound
    return found


def under_way() -> InsightModel | None:
    """The run that waits or is worked on."""
    return db.session.scalar(select(InsightModel).where(InsightModel.state.in_(UNDER_WAY)).limit(1))


def current() -> InsightModel | None:
    """The newest version that is ready: the one that the scores are of."""
    ready = select(InsightModel).where(InsightModel.state == "ready")
    return db.session.scalar(ready.order_by(InsightModel.version.desc()).limit(1))


def touch(model_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns of InsightModel
    """Write into a run that is under way, and that it is alive; whether it still is under way."""
    live = (InsightModel.id == model_id, InsightModel.state.in_(UNDER_WAY))
    query = update(InsightModel).where(*live).values({"touched_at": clock.now()} | values).returning(InsightModel.id)
    return bool(db.session.execute(query, execution_options={"synchronize_session": False}).all())


def fail(model_id: str, problem: str) -> None:
    """End a run that is under way without scores, for one of `rules.PROBLEMS`; those of the version before stay."""
    touch(model_id, state="failed", problem=problem, ended_at=clock.now(), after=None, left_out=[])


def prune() -> None:
    """Forget old versions; the one that scores are of stays."""
    newest = db.session.scalar(select(func.max(InsightModel.version))) or 0
    used = select(MemberScore.model_id).where(MemberScore.model_id == InsightModel.id).exists()
    old = (InsightModel.version <= newest - KEPT, InsightModel.state.in_(("ready", "failed")), ~used)
    db.session.execute(delete(InsightModel).where(*old), execution_options={"synchronize_session": False})


def today() -> date:
    """The day that it is at most of the stores."""
    return clock.now().astimezone(_main_zone()).date()


def _main_zone() -> ZoneInfo:
    query = select(Store.time_zone).group_by(Store.time_zone).order_by(func.count().desc(), Store.time_zone).limit(1)
    return ZoneInfo(db.session.scalar(query) or _ZONE)


def _ever_sold() -> bool:
    return db.session.scalar(select(Sale.id).where(Sale.customer_id.is_not(None)).limit(1)) is not None
