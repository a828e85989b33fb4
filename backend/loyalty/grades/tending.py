"""The worker's part: evaluations are worked out and applied in parts, each taken up again where it was left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import func, insert, or_, select, update

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.bulk import insert_rows
from backend.core.db import db, run_in_unit_of_work, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.customers import Customer, hold
from backend.loyalty.grades import service, standings
from backend.loyalty.grades.models import GradeEvaluation, GradeProposal
from backend.loyalty.grades.purchases import purchases
from backend.loyalty.grades.rules import Figures, Ladder, Needs, Standing, Step, Verdict, follow
from backend.loyalty.grades.standings import Move

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backend.loyalty.grades.purchases import Purchases

EVERY: Final = 2.0
"""Seconds between two looks for an evaluation that waits."""
MONTHLY: Final = 3600.0
"""Seconds between two looks whether a new month asks for one."""
_SILENT: Final = timedelta(minutes=2)
"""When an evaluation's worker is given up, and another one goes on with it."""
_PART: Final = 20_000
_CHANGED_AT_ONCE: Final = 200
_log = structlog.get_logger(__name__)
_INSERT = insert(table_of(GradeProposal))
_customer = table_of(Customer).c
_KNOWN = select(_customer.id).where(one_of(_customer.id, "ids"))
_NOTHING = Figures()


def work() -> None:
    """The worker's job: compute and apply what was asked for."""
    while (claimed := run_in_unit_of_work(_claim)) is not None:
        evaluation_id, applying = claimed
        try:
            carry_out(evaluation_id, applying=applying)
        except Exception:  # noqa: BLE001 - as in the worker's other jobs: logged; the screen says that it failed.
            _log.exception("grade_evaluation_failed", evaluation=evaluation_id)
            db.session.rollback()
            run_in_unit_of_work(partial(service.touch, evaluation_id, state="failed", ended_at=clock.now()))


def carry_out(evaluation_id: str, *, applying: bool) -> None:
    """Compute an evaluation, or apply it, in units of work of its own."""
    (_apply if applying else _compute)(evaluation_id)


def evaluate_monthly() -> None:
    """On a new month, ask for an evaluation as the programme says; apply what is ready, if it says so."""
    run_in_unit_of_work(_ask_for_month)


def _ask_for_month() -> None:
    settings = standings.programme()
    if settings.monthly == "off" or not standings.grades():
        return
    last = clock.now().date().replace(day=1) - timedelta(days=1)
    query = select(GradeEvaluation).order_by(GradeEvaluation.as_of.desc(), GradeEvaluation.id.desc()).limit(1)
    newest = db.session.scalar(query)
    if newest is None or newest.as_of < last:
        if newest is None or newest.state not in service.UNDER_WAY:
            service.ask(last, acting_staff=SYSTEM)
    elif settings.monthly == "apply" and newest.state == "ready" and newest.asked_by is None:
        service.apply(newest.id, acting_staff=SYSTEM)


def _claim() -> tuple[str, bool] | None:
    gone = or_(GradeEvaluation.alive_at.is_(None), GradeEvaluation.alive_at < clock.now() - _SILENT)
    waits = or_(GradeEvaluation.state == "waiting", GradeEvaluation.state.in_(["computing", "applying"]) & gone)
    query = select(GradeEvaluation).where(waits).order_by(GradeEvaluation.id).limit(1).with_for_update(skip_locked=True)
    found = db.session.scalar(query)
    if found is None:
        return None
    if found.state == "waiting":
        begin(found.id)
    found.alive_at = clock.now()
    return found.id, found.state == "applying"


def begin(evaluation_id: str) -> None:
    """Have an evaluation that waits be computed, by the definitions of now."""
    found = service.evaluation(evaluation_id)
    found.state, found.alive_at = "computing", clock.now()
    found.total = db.session.scalar(select(func.count()).select_from(Customer)) or 0
    found.ladder = [_as_json(each) for each in _ladder().steps]


def _ladder() -> Ladder:
    return standings.ladder_of(standings.grades(), standings.programme().falls)


@dataclass
class _Found:
    """What becomes of the members of a part: rows of proposals, how many of a kind, and who goes where."""

    members: int = 0
    proposals: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str | None, str]] = field(default_factory=Counter)


def _compute(evaluation_id: str) -> None:
    evaluation = service.evaluation(evaluation_id)
    as_of, after = evaluation.as_of, evaluation.after or ""
    ladder = Ladder([_step_of(each) for each in evaluation.ladder], standings.programme().falls)
    bought = purchases(evaluation.since, as_of, evaluation.currency)
    counts, moves = Counter(evaluation.counts), Counter({(a, b): n for a, b, n in evaluation.moves})
    done = evaluation.done
    while (part := _part_after(after)) is not None:
        first, after = part
        found = _Found()
        _look(first, after, bought, ladder, found, evaluation)
        db.session.rollback()
        done += found.members
        counts, moves = counts + found.counts, moves + found.moves
        so_far = {
            "done": done,
            "after": after,
            "alive_at": clock.now(),
            "counts": dict(counts),
            "moves": _listed(moves),
        }
        if not run_in_unit_of_work(partial(_keep, evaluation_id, found.proposals, so_far)):
            return
        evaluation = service.evaluation(evaluation_id)
    run_in_unit_of_work(partial(service.touch, evaluation_id, state="ready", ended_at=clock.now(), alive_at=None))


def _as_json(step: Step) -> list[Any]:
    return [step.code, step.rank, list(step.enter), list(step.keep), step.grace_months, step.invitation_only]


def _step_of(values: Sequence[Any]) -> Step:
    code, rank, enter, keep, grace_months, invitation_only = values
    return Step(code, rank, Needs(*enter), Needs(*keep), grace_months, invitation_only)


def _part_after(after: str) -> tuple[str, str] | None:
    """The first and the last id of the next members."""
    query = select(_customer.id).order_by(_customer.id)
    behind = query.where(_customer.id > after) if after else query
    first = db.session.scalar(behind.limit(1))
    if first is None:
        return None
    last = db.session.scalar(behind.offset(_PART - 1).limit(1))
    return first, last or str(db.session.scalar(select(_customer.id).order_by(_customer.id.desc()).limit(1)))


def _look(first: str, last: str, bought: Purchases, ladder: Ladder, found: _Found, evaluation: GradeEvaluation) -> None:
    """Judge the members of a part; reads, and writes nothing."""
    figures = bought.between(first, last)
    there: dict[str, Standing] = {}
    query = standings.STANDINGS.where(_customer.id >= first, _customer.id <= last)
    for row in db.session.execute(query):
        standings.take_higher(there, row[0], standings.standing_of(row), ladder)
    found.members = len(there)
    as_of, evaluation_id = evaluation.as_of, evaluation.id
    for customer_id, standing in there.items():
        own = figures.get(customer_id, _NOTHING)
        verdict = ladder.judge(standing, Figures(*own), as_of)
        if verdict is not None:
            found.counts[verdict.kind] += 1
            found.moves[standing.code, verdict.to] += 1
            found.proposals.append(_proposal(evaluation_id, customer_id, standing, verdict, own))


def _proposal(
    evaluation_id: str, customer_id: str, standing: Standing, verdict: Verdict, figures: Sequence[int]
) -> dict[str, Any]:
    spend, visits, units = figures
    return {
        "id": new_id(),
        "owner_id": None,
        "evaluation_id": evaluation_id,
        "customer_id": customer_id,
        "kind": verdict.kind,
        "from_code": standing.code,
        "to_code": verdict.to,
        "grace_until": verdict.grace_until,
        "spend": spend,
        "visits": visits,
        "units": units,
        "state": "open",
    }


def _keep(evaluation_id: str, proposals: Sequence[dict[str, Any]], so_far: Mapping[str, Any]) -> bool:
    """Write a part, unless somebody stopped it meanwhile; members who were merged since are left out."""
    if not service.touch(evaluation_id, **so_far):
        return False
    wanted = {"ids": sorted(row["customer_id"] for row in proposals)}
    known = set(db.session.scalars(_KNOWN, wanted)) if proposals else set()
    insert_rows(_INSERT, [row for row in proposals if row["customer_id"] in known])
    return True


def _listed(moves: Mapping[tuple[str | None, str], int]) -> list[list[Any]]:
    return [[*key, count] for key, count in sorted(moves.items(), key=lambda each: (each[0][0] or "", each[0][1]))]


def _apply(evaluation_id: str) -> None:
    while run_in_unit_of_work(partial(_apply_some, evaluation_id)):
        pass
    ended = {"state": "applied", "ended_at": clock.now(), "alive_at": None}
    run_in_unit_of_work(partial(service.touch, evaluation_id, **ended))


def _apply_some(evaluation_id: str) -> int:
    """Change the next members, unless their grade is another by now; how many were looked at."""
    evaluation = service.evaluation(evaluation_id)
    query = select(GradeProposal).where(GradeProposal.evaluation_id == evaluation_id, GradeProposal.state == "open")
    if evaluation.after is not None:
        query = query.where(GradeProposal.id > evaluation.after)
    proposals = list(db.session.scalars(query.order_by(GradeProposal.id).limit(_CHANGED_AT_ONCE)))
    if not proposals:
        return 0
    hold([each.customer_id for each in proposals])
    ladder = _ladder()
    there = standings.standings([each.customer_id for each in proposals], ladder)
    done: list[Move] = []
    states: dict[str, list[str]] = {"applied": [], "skipped": []}
    for each in proposals:
        standing = there.get(each.customer_id)
        # Merged, gone, or changed by hand since: another evaluation will see.
        if each.owner_id is not None or standing is None or standing.code != each.from_code:
            states["skipped"].append(each.id)
            continue
        verdict = Verdict(each.kind, each.to_code, each.grace_until)
        figures = (each.spend, each.visits, each.units)
        after = follow(verdict, standing, evaluation.as_of)
        done.append(Move(each.customer_id, each.kind, each.from_code, after, figures, evaluation_id=evaluation_id))
        states["applied"].append(each.id)
    standings.move(done, {grade.code: grade for grade in standings.grades()}, ladder)
    for state, ids in states.items():
        if ids:
            db.session.execute(update(GradeProposal).where(GradeProposal.id.in_(ids)).values(state=state))
    so_far = {"done": evaluation.done + len(proposals), "after": proposals[-1].id, "alive_at": clock.now()}
    service.touch(evaluation_id, **so_far)
    return len(proposals)
