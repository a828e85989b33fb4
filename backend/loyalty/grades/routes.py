"""/grades and /customers/ID/grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint, page
from backend.customers import get_customer
from backend.loyalty.grades import access, service, standings
from backend.loyalty.grades.models import GradeProposal
from backend.loyalty.grades.schemas import (
    EvaluationData,
    EvaluationList,
    EvaluationSchema,
    GradeData,
    GradeProgrammeData,
    GradeProgrammeSchema,
    GradeSchema,
    GradesSchema,
    InvitationData,
    MemberGradeSchema,
    MovedArgs,
    MovedSchema,
    ProposalArgs,
    ProposalPage,
)
from backend.organization import StaffRole, current_actor, require_staff

if TYPE_CHECKING:
    from backend.loyalty.grades.models import Grade, GradeEvaluation, GradeProgramme

blueprint = Blueprint("grades", __name__, description="Grades")

_DESK = (StaffRole.MARKETER, StaffRole.ADMIN)
_INVITERS = (StaffRole.MANAGER, StaffRole.ADMIN)
_NOBODY = "Nobody is signed in"
_NOT_DESK = "Neither a marketer nor an admin"
_NOT_ADMIN = "Not an admin"


@blueprint.route("/grades")
@blueprint.response(200, GradesSchema)
@blueprint.alt_response(401, description=_NOBODY)
def list_grades() -> dict[str, Any]:
    """Every grade, the lowest first, what holds for all of them, and how many members have which."""
    require_staff()
    settings = run_in_unit_of_work(standings.programme)
    members = [{"code": code, "members": count} for code, count in access.members().items()]
    return {"items": standings.grades(), "programme": settings, "members": members}


@blueprint.route("/grades", methods=["POST"])
@blueprint.arguments(GradeData)
@blueprint.response(201, GradeSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_ADMIN)
def post_grade(data: dict[str, Any]) -> Grade:
    """Add a grade; nobody has it before an evaluation or an invitation."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return service.find(run_in_unit_of_work(lambda: service.add(data, acting_staff=actor).id))


@blueprint.route("/grades/<grade_id>", methods=["PATCH"])
@blueprint.arguments(GradeData)
@blueprint.response(200, GradeSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_ADMIN)
@blueprint.alt_response(404, description="No such grade")
def patch_grade(data: dict[str, Any], grade_id: str) -> Grade:
    """Change what a grade takes and gives, from the next evaluation on; its code stays."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.change(grade_id, data, acting_staff=actor))
    return service.find(grade_id)


@blueprint.route("/grades/<grade_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_ADMIN)
@blueprint.alt_response(404, description="No such grade")
@blueprint.alt_response(409, description="Members have it")
def delete_grade(grade_id: str) -> None:
    """Remove a grade that nobody has."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.remove(grade_id, acting_staff=actor))


@blueprint.route("/grades/programme", methods=["PATCH"])
@blueprint.arguments(GradeProgrammeData)
@blueprint.response(200, GradeProgrammeSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_ADMIN)
def patch_grade_programme(data: dict[str, Any]) -> GradeProgramme:
    """Set the period, where who falls falls to, and whether a new month is evaluated by itself."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.set_programme(data, acting_staff=actor))
    return standings.programme()


@blueprint.route("/grades/moves")
@blueprint.arguments(MovedArgs, location="query")
@blueprint.response(200, MovedSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def get_moves(args: dict[str, Any]) -> dict[str, Any]:
    """How members moved between grades over the last months: from what they were to what they are."""
    require_staff(*_DESK)
    return access.moved(args["months"])


@blueprint.route("/grades/evaluations")
@blueprint.response(200, EvaluationList)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def list_evaluations() -> dict[str, Any]:
    """The latest evaluations, the newest first."""
    require_staff(*_DESK)
    return {"items": [_shown(each) for each in access.evaluations()]}


@blueprint.route("/grades/evaluations", methods=["POST"])
@blueprint.arguments(EvaluationData)
@blueprint.response(202, EvaluationSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(409, description="Another one is under way, or there are no grades")
def post_evaluation(data: dict[str, Any]) -> dict[str, Any]:
    """Ask what becomes of everybody on a day; nothing changes before it is applied."""
    require_staff(*_DESK)
    actor = current_actor()
    made = run_in_unit_of_work(lambda: service.ask(data["as_of"], acting_staff=actor).id)
    return _shown(service.evaluation(made))


@blueprint.route("/grades/evaluations/<evaluation_id>")
@blueprint.response(200, EvaluationSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description="No such evaluation")
def get_evaluation(evaluation_id: str) -> dict[str, Any]:
    """How far an evaluation is, and what it found."""
    require_staff(*_DESK)
    return _shown(service.evaluation(evaluation_id))


@blueprint.route("/grades/evaluations/<evaluation_id>/members")
@blueprint.arguments(ProposalArgs, location="query")
@blueprint.response(200, ProposalPage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description="No such evaluation")
def list_proposals(args: dict[str, Any], evaluation_id: str) -> dict[str, Any]:
    """For whom something changes, and what; each page is a view of whoever is on it."""
    require_staff(*_DESK)
    actor, found = current_actor(), service.evaluation(evaluation_id)
    items, after = page(access.proposals(found.id, args["kind"]), keys=(GradeProposal.id,), args=args)
    seen = [each.customer_id for each in items]
    run_in_unit_of_work(lambda: audit.record_accesses(actor, seen, what="grades"), synced=False)
    return {"items": access.named(items), "next": after}


@blueprint.route("/grades/evaluations/<evaluation_id>/apply", methods=["POST"])
@blueprint.response(202, EvaluationSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_ADMIN)
@blueprint.alt_response(404, description="No such evaluation")
@blueprint.alt_response(409, description="It is not ready")
def apply_evaluation(evaluation_id: str) -> dict[str, Any]:
    """Have the grades change as it found; members whose grade is another by now are left."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.apply(evaluation_id, acting_staff=actor))
    return _shown(service.evaluation(evaluation_id))


@blueprint.route("/grades/evaluations/<evaluation_id>/drop", methods=["POST"])
@blueprint.response(200, EvaluationSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description="No such evaluation")
@blueprint.alt_response(409, description="It is being applied, or was")
def drop_evaluation(evaluation_id: str) -> dict[str, Any]:
    """Stop it, or drop what it found; nothing changes."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.drop(evaluation_id, acting_staff=actor))
    return _shown(service.evaluation(evaluation_id))


@blueprint.route("/customers/<customer_id>/grade")
@blueprint.response(200, MemberGradeSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(404, description="No such customer")
def get_member_grade(customer_id: str) -> dict[str, Any]:
    """A member's grade, what is missing to the next one, and how it came about; the view is recorded."""
    require_staff()
    actor, now = current_actor(), get_customer(customer_id).id
    run_in_unit_of_work(lambda: audit.record_access(actor, customer_id=now, what="grade"), synced=False)
    run_in_unit_of_work(standings.programme)
    return access.of_member(now)


@blueprint.route("/customers/<customer_id>/grade", methods=["POST"])
@blueprint.arguments(InvitationData)
@blueprint.response(200, MemberGradeSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such customer")
def post_invitation(data: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Give a member a grade by hand, with a reason."""
    require_staff(*_INVITERS)
    actor, now = current_actor(), get_customer(customer_id).id
    run_in_unit_of_work(lambda: service.invite(now, data, acting_staff=actor))
    return access.of_member(now)


def _shown(evaluation: GradeEvaluation) -> dict[str, Any]:
    shown = ("id", "as_of", "since", "currency", "state", "done", "total", "counts", "asked_at", "ended_at")
    return {name: getattr(evaluation, name) for name in shown} | {"moves": access.matrix(evaluation.moves)}
