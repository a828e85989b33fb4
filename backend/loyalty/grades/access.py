"""What people see of grades: a member's own, what is missing to the next one, and how members moved."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import db
from backend.customers import Customer, CustomerFacts, visible
from backend.loyalty.grades import standings
from backend.loyalty.grades.models import Grade, GradeChange, GradeEvaluation, GradeProposal
from backend.loyalty.grades.purchases import figures_of
from backend.loyalty.grades.rules import Standing, lacking, later

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

_LATELY = 20


def of_member(customer_id: str) -> dict[str, Any]:
    """A member's grade in the shape of `MemberGradeSchema`: what is missing counts from her purchases of now."""
    settings, defined = standings.programme(), standings.grades()
    ladder = standings.ladder_of(defined, settings.falls)
    names = {grade.code: grade for grade in defined}
    standing = standings.standings([customer_id], ladder).get(customer_id, Standing(None))
    today = standings.newest_day()
    since = standings.first_day(today, settings.months)
    figures = figures_of(customer_id, since, today, settings.currency)
    current = ladder.step(standing.code)
    following = ladder.after(current) if defined else None
    keeping = None if current is None or standing.invited else lacking(figures, current.keep)
    return {
        "grade": names.get(standing.code or ""),
        "code": standing.code,
        "since": standing.since,
        "grace_until": standing.grace_until,
        "invited": standing.invited,
        "invited_until": standing.invited_until,
        "counted_since": since,
        "currency": settings.currency,
        "figures": figures._asdict(),
        "next": names[following.code] if following else None,
        "missing": lacking(figures, following.enter)._asdict() if following else None,
        "reached": following is not None and not any(lacking(figures, following.enter)),
        "missing_to_keep": keeping._asdict() if keeping is not None and any(keeping) else None,
        "changes": _changes(customer_id, names),
    }


def _changes(customer_id: str, names: Mapping[str, Grade]) -> list[dict[str, Any]]:
    query = select(GradeChange).where(GradeChange.customer_id == customer_id)
    found = db.session.scalars(query.order_by(GradeChange.changed_at.desc(), GradeChange.id.desc()).limit(_LATELY))
    shown = ("id", "kind", "from_code", "to_code", "until", "gift_points", "reason", "changed_at")
    return [
        {name: getattr(each, name) for name in shown}
        | {"from_grade": names.get(each.from_code or ""), "to_grade": names.get(each.to_code)}
        for each in found
    ]


def proposals(evaluation_id: str, kind: str | None) -> Select[GradeProposal]:
    """What an evaluation found for the members whom one may see, of one kind if asked."""
    query = select(GradeProposal).join(Customer, Customer.id == GradeProposal.customer_id)
    query = query.where(GradeProposal.evaluation_id == evaluation_id, visible())
    return query if kind is None else query.where(GradeProposal.kind == kind)


def named(found: Sequence[GradeProposal]) -> list[dict[str, Any]]:
    """Proposals with the names of their members; one look-up."""
    ids = [each.customer_id for each in found]
    names = dict(db.session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(ids))).all())
    shown = ("id", "customer_id", "kind", "from_code", "to_code", "grace_until", "spend", "visits", "units", "state")
    return [{name: getattr(each, name) for name in shown} | {"name": names.get(each.customer_id, "")} for each in found]


def evaluations() -> list[GradeEvaluation]:
    """The latest evaluations, the newest first."""
    return list(db.session.scalars(select(GradeEvaluation).order_by(GradeEvaluation.id.desc()).limit(_LATELY)))


def members() -> dict[str | None, int]:
    """{grade: how many members have it}, as their cards show it."""
    query = select(CustomerFacts.grade, func.count()).group_by(CustomerFacts.grade)
    return {code: int(count) for code, count in db.session.execute(query)}


def moved(months: int) -> dict[str, Any]:
    """How members moved within the last months: who was what at the beginning is what now (ix_grade_change_at)."""
    since = later(clock.now().date(), -months)
    begin = datetime.combine(since, time(), tzinfo=UTC)
    query = select(GradeChange.customer_id, GradeChange.from_code, GradeChange.to_code).where(
        GradeChange.changed_at >= begin
    )
    first: dict[str, str | None] = {}
    last: dict[str, str] = {}
    for customer_id, from_code, to_code in db.session.execute(query.order_by(GradeChange.changed_at, GradeChange.id)):
        first.setdefault(customer_id, from_code)
        last[customer_id] = to_code
    return {"since": since, "moves": _counted(first, last)}


def _counted(first: Mapping[str, str | None], last: Mapping[str, str]) -> list[dict[str, Any]]:
    counts: dict[tuple[str | None, str], int] = {}
    for customer_id, from_code in first.items():
        key = (from_code, last[customer_id])
        counts[key] = counts.get(key, 0) + 1
    pairs = sorted(counts.items(), key=lambda each: (each[0][0] or "", each[0][1]))
    return [{"from_code": a, "to_code": b, "members": n} for (a, b), n in pairs]


def matrix(moves: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Moves of an evaluation as `MoveSchema` has them."""
    return [{"from_code": a, "to_code": b, "members": n} for a, b, n in moves]
