"""What people do to grades: define them, ask for an evaluation, apply or drop it, and invite somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, update

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, NotFound, ValidationFailed
from backend.core.ids import is_id
from backend.customers import get_customer, hold
from backend.loyalty.grades import standings
from backend.loyalty.grades.models import Grade, GradeEvaluation, GradeProgramme, GradeProposal, MemberGrade
from backend.loyalty.grades.rules import Standing
from backend.loyalty.grades.standings import Move
from backend.organization import BusinessUnit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from backend.core.audit import Actor

UNDER_WAY: Final = ("waiting", "computing", "applying")
_NEEDS = ("spend", "visits", "units")
_AT_ONCE = 5_000
"""How far the first day on earth is ahead: where a desk stands it may have begun."""


def add(data: Mapping[str, Any], *, acting_staff: Actor) -> Grade:
    """Add a grade as `GradeData` read it, on top of the others unless a rank is named. Raises `ValidationFailed`."""
    others = standings.grades()
    values = _placed(data)
    if missing := [name for name in ("code", "name") if not values.get(name)]:
        raise ValidationFailed({name: ["Missing data for required field."] for name in missing})
    if any(each.code == values["code"] for each in others):
        raise ValidationFailed({"code": ["Another grade has this code."]})
    grade = Grade(**{"rank": max((each.rank for each in others), default=-1) + 1} | values)
    _check(grade, others)
    db.session.add(grade)
    db.session.flush()
    audit.record(acting_staff, "grade.add", subject_kind="grade", subject_id=grade.id, detail={"code": grade.code})
    return grade


def change(grade_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> Grade:
    """Change what a grade takes and gives, from the next evaluation on. Raises `NotFound` and `ValidationFailed`."""
    grade = find(grade_id)
    values = {name: value for name, value in _placed(data).items() if name != "code"}
    before = {name: getattr(grade, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    for name, value in changed.items():
        setattr(grade, name, value)
    _check(grade, [each for each in standings.grades() if each.id != grade.id])
    if changed:
        detail = {"from": {name: before[name] for name in changed}, "to": changed}
        audit.record(acting_staff, "grade.change", subject_kind="grade", subject_id=grade.id, detail=detail)
    return grade


def remove(grade_id: str, *, acting_staff: Actor) -> None:
    """Remove a grade that nobody has. Raises `NotFound`, and `Conflict` when somebody has it."""
    grade = find(grade_id)
    if db.session.scalar(select(MemberGrade.id).where(MemberGrade.code == grade.code).limit(1)) is not None:
        detail = "Members have this grade. Make it unreachable instead, and evaluate."
        raise Conflict(detail)
    audit.record(acting_staff, "grade.remove", subject_kind="grade", subject_id=grade.id, detail={"code": grade.code})
    db.session.delete(grade)


def find(grade_id: str) -> Grade:
    """The grade. Raises `NotFound`."""
    found = db.session.get(Grade, grade_id) if is_id(grade_id) else None
    if found is None:
        raise NotFound
    return found


def set_programme(data: Mapping[str, Any], *, acting_staff: Actor) -> GradeProgramme:
    """Set what `GradeProgrammeData` read."""
    settings = standings.programme()
    before = {name: getattr(settings, name) for name in data}
    changed = {name: value for name, value in data.items() if before[name] != value}
    for name, value in changed.items():
        setattr(settings, name, value)
    if changed:
        detail = {"from": {name: before[name] for name in changed}, "to": changed}
        audit.record(
            acting_staff, "grade.programme", subject_kind="grade_programme", subject_id=settings.id, detail=detail
        )
    return settings


def ask(as_of: date, *, acting_staff: Actor) -> GradeEvaluation:
    """Ask the worker what becomes of everybody on a day; what was ready and not applied is dropped.

    Raises `ValidationFailed` for a day to come, `Conflict` while another one is under way or without any grade.
    """
    if as_of > standings.newest_day():
        raise ValidationFailed({"as_of": ["This day is still to come."]})
    if not standings.grades():
        detail = "There are no grades yet. Add one first."
        raise Conflict(detail)
    if db.session.scalar(select(GradeEvaluation.id).where(GradeEvaluation.state.in_(UNDER_WAY)).limit(1)) is not None:
        detail = "Another evaluation is under way. Wait for it, or stop it."
        raise Conflict(detail)
    for each in db.session.scalars(select(GradeEvaluation).where(GradeEvaluation.state == "ready")):
        _drop(each, "discarded")
    settings = standings.programme()
    made = GradeEvaluation(
        as_of=as_of,
        since=standings.first_day(as_of, settings.months),
        currency=settings.currency,
        asked_by=acting_staff.staff_id,
    )
    db.session.add(made)
    db.session.flush()
    detail_ = {"as_of": as_of.isoformat()}
    audit.record(acting_staff, "grade.evaluate", subject_kind="grade_evaluation", subject_id=made.id, detail=detail_)
    return made


def evaluation(evaluation_id: str) -> GradeEvaluation:
    """The evaluation as it stands. Raises `NotFound`."""
    found = db.session.get(GradeEvaluation, evaluation_id, populate_existing=True) if is_id(evaluation_id) else None
    if found is None:
        raise NotFound
    return found


def apply(evaluation_id: str, *, acting_staff: Actor) -> GradeEvaluation:
    """Have the worker change what a ready evaluation found; a second time changes nothing. Raises `Conflict`."""
    found = evaluation(evaluation_id)
    if found.state in {"applying", "applied"}:
        return found
    if found.state != "ready":
        detail = "Only an evaluation that is ready can be applied."
        raise Conflict(detail)
    found.state, found.applied_by, found.done, found.after = "applying", acting_staff.staff_id, 0, None
    found.total, found.alive_at = sum(found.counts.values()), None
    audit.record(acting_staff, "grade.apply", subject_kind="grade_evaluation", subject_id=found.id)
    return found


def drop(evaluation_id: str, *, acting_staff: Actor) -> GradeEvaluation:
    """Stop an evaluation that waits or computes, or drop what one found. Raises `Conflict` once it is applied."""
    found = evaluation(evaluation_id)
    if found.state in {"applying", "applied"}:
        detail = "It is being applied, or was."
        raise Conflict(detail)
    if found.state in {"waiting", "computing", "ready"}:
        _drop(found, "discarded" if found.state == "ready" else "stopped")
        audit.record(acting_staff, "grade.drop", subject_kind="grade_evaluation", subject_id=found.id)
    return found


def invite(customer_id: str, data: Mapping[str, Any], *, acting_staff: Actor) -> None:
    """Give somebody a grade by hand, for ever or until a day (`InvitationData`). Raises `ValidationFailed`, `NotFound`.

    With her own purchases she may rise above it at any evaluation; afterwards she has what they earn.
    """
    known = {grade.code: grade for grade in standings.grades()}
    errors = {} if data["grade"] in known else {"grade": ["There is no such grade."]}
    if data["until"] is not None and data["until"] < clock.now().date():
        errors["until"] = ["This day is over."]
    if errors:
        raise ValidationFailed(errors)
    member = get_customer(customer_id).id
    hold([member])
    ladder = standings.ladder_of(known.values(), standings.programme().falls)
    before = standings.standings([member], ladder).get(member, Standing(None))
    standing = Standing(data["grade"], clock.now().date(), invited=True, invited_until=data["until"])
    step = Move(member, "invite", before.code, standing, reason=data["reason"], staff_id=acting_staff.staff_id)
    standings.move([step], known, ladder)
    detail = {"from": before.code, "to": data["grade"]}
    audit.record(acting_staff, "grade.invite", subject_kind="customer", subject_id=member, detail=detail)


def _drop(evaluation: GradeEvaluation, state: str) -> None:
    evaluation.state, evaluation.ended_at = state, clock.now()
    bulk = {"synchronize_session": False}
    db.session.execute(
        delete(GradeProposal).where(GradeProposal.evaluation_id == evaluation.id), execution_options=bulk
    )


def _placed(data: Mapping[str, Any]) -> dict[str, Any]:
    """What `GradeData` read, with the unit's id for its code."""
    values = dict(data)
    if "gift_unit" in values:
        code = values.pop("gift_unit")
        unit_id = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == code)) if code else None
        if code and unit_id is None:
            raise ValidationFailed({"gift_unit": ["There is no business unit with this code."]})
        values["gift_unit_id"] = unit_id
    return values


def _check(grade: Grade, others: list[Grade]) -> None:
    errors: dict[str, list[str]] = {}
    for name in _NEEDS:
        enter, keep = getattr(grade, name), getattr(grade, f"keep_{name}")
        if keep is not None and (enter is None or keep > enter):
            errors[f"keep_{name}"] = ["Keeping a grade cannot take more than entering it."]
    if grade.gift_points and grade.gift_unit_id is None:
        errors["gift_unit"] = ["Say which business unit gives the points."]
    if any(each.rank == grade.rank for each in others):
        errors["rank"] = ["Another grade has this place."]
    if errors:
        raise ValidationFailed(errors)


def touch(evaluation_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns of GradeEvaluation
    """Write into an evaluation that is under way; whether it still is."""
    live = (GradeEvaluation.id == evaluation_id, GradeEvaluation.state.in_(UNDER_WAY))
    query = update(GradeEvaluation).where(*live).values(**values).returning(GradeEvaluation.id)
    return bool(db.session.execute(query).all())
