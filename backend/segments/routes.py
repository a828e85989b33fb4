"""/segments."""

from __future__ import annotations

from typing import Any

from flask import Response

from backend.core import audit
from backend.core.db import run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint, PageArgs, page
from backend.customers import Customer
from backend.organization import StaffRole, current_actor, require_staff
from backend.segments import access, counting, exports, schemas, service, views
from backend.segments.language import catalogue, limited
from backend.segments.language.running import SECONDS
from backend.segments.models import Segment, SegmentMove

blueprint = Blueprint("segments", __name__, description="Segments: members who have something in common")

_DESK = (StaffRole.MARKETER, StaffRole.ADMIN)
_NOBODY, _NOT_DESK = "Nobody is signed in", "Neither a marketer nor an admin"
_NONE, _SLOW = "No such segment", "It would take too long"


@blueprint.route("/segments")
@blueprint.arguments(schemas.SegmentArgs, location="query")
@blueprint.response(200, schemas.SegmentPage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def list_segments(args: dict[str, Any]) -> dict[str, Any]:
    """Segments by name."""
    require_staff(*_DESK)
    items, after = page(access.segments(args["state"], args["name"]), keys=(Segment.name, Segment.id), args=args)
    return {"items": items, "next": after}


@blueprint.route("/segments", methods=["POST"])
@blueprint.arguments(schemas.SegmentData)
@blueprint.response(201, schemas.SegmentDetailSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def post_segment(data: dict[str, Any]) -> dict[str, Any]:
    """Make a segment."""
    require_staff(*_DESK)
    actor = current_actor()
    made = run_in_unit_of_work(lambda: service.add(data, acting_staff=actor))
    return views.detail(access.segment(made))


@blueprint.route("/segments/conditions")
@blueprint.response(200, schemas.ConditionList)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def list_conditions() -> dict[str, Any]:
    """What rules are made of: the conditions, how each is compared, and what it takes."""
    require_staff(*_DESK)
    return {"items": catalogue()}


@blueprint.route("/segments/figure", methods=["POST"])
@blueprint.arguments(schemas.RuleData)
@blueprint.response(200, schemas.FigureSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(503, description=_SLOW)
def post_figure(data: dict[str, Any]) -> dict[str, Any]:
    """How many a rule means, at once: about, where there are many members."""
    require_staff(*_DESK)
    return views.figure(data["rule"], exactly=False)


@blueprint.route("/segments/count", methods=["POST"])
@blueprint.arguments(schemas.RuleData)
@blueprint.response(200, schemas.FigureSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(503, description=_SLOW)
def post_count(data: dict[str, Any]) -> dict[str, Any]:
    """How many a rule means, exactly."""
    require_staff(*_DESK)
    return views.figure(data["rule"], exactly=True)


@blueprint.route("/segments/reach", methods=["POST"])
@blueprint.arguments(schemas.ReachData)
@blueprint.response(200, schemas.ReachSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(503, description=_SLOW)
def post_reach(data: dict[str, Any]) -> dict[str, Any]:
    """How many of them a sender may reach, and why the others not."""
    require_staff(*_DESK)
    return views.reach(data)


@blueprint.route("/segments/sample", methods=["POST"])
@blueprint.arguments(schemas.RuleData)
@blueprint.response(200, schemas.SegmentMemberList)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(503, description=_SLOW)
def post_sample(data: dict[str, Any]) -> dict[str, Any]:
    """Some whom a rule means; that they were seen is recorded."""
    require_staff(*_DESK)
    actor, rule = current_actor(), views.read(data["rule"])
    with unit_of_work(synced=False):
        items = counting.sample(rule)
        audit.record_accesses(actor, [each.id for each in items], what="segment_sample")
    return {"items": items}


@blueprint.route("/segments/overlap", methods=["POST"])
@blueprint.arguments(schemas.OverlapData)
@blueprint.response(200, schemas.OverlapSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(503, description=_SLOW)
def post_overlap(data: dict[str, Any]) -> dict[str, int]:
    """How many are in another segment, too."""
    require_staff(*_DESK)
    rule = views.read(data["rule"])
    return counting.overlap(rule, access.rule_of(data["segment_id"]))


@blueprint.route("/segments/breakdown", methods=["POST"])
@blueprint.arguments(schemas.BreakdownData)
@blueprint.response(200, schemas.SpreadList)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(503, description=_SLOW)
def post_breakdown(data: dict[str, Any]) -> dict[str, Any]:
    """How they spread over grades, ages, districts or units."""
    require_staff(*_DESK)
    rule = views.read(data["rule"])
    return {"items": counting.breakdown(rule, data["by"])}


@blueprint.route("/segments/<segment_id>")
@blueprint.response(200, schemas.SegmentDetailSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_segment(segment_id: str) -> dict[str, Any]:
    """A segment with its rule and that as a sentence."""
    require_staff(*_DESK)
    return views.detail(access.segment(segment_id))


@blueprint.route("/segments/<segment_id>", methods=["PUT"])
@blueprint.arguments(schemas.SegmentData)
@blueprint.response(200, schemas.SegmentDetailSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description="Somebody changed it meanwhile")
def put_segment(data: dict[str, Any], segment_id: str) -> dict[str, Any]:
    """Change a segment that is as it was read; another rule is a new version."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.change(segment_id, data, acting_staff=actor))
    return views.detail(access.segment(segment_id))


@blueprint.route("/segments/<segment_id>/archive", methods=["POST"])
@blueprint.response(200, schemas.SegmentDetailSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def post_archive(segment_id: str) -> dict[str, Any]:
    """Put it away; what uses it goes on using it."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.file(segment_id, archived=True, acting_staff=actor))
    return views.detail(access.segment(segment_id))


@blueprint.route("/segments/<segment_id>/restore", methods=["POST"])
@blueprint.response(200, schemas.SegmentDetailSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def post_restore(segment_id: str) -> dict[str, Any]:
    """Bring it back."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.file(segment_id, archived=False, acting_staff=actor))
    return views.detail(access.segment(segment_id))


@blueprint.route("/segments/<segment_id>/count", methods=["POST"])
@blueprint.response(200, schemas.SegmentDetailSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(503, description=_SLOW)
def post_segment_count(segment_id: str) -> dict[str, Any]:
    """Count a segment now, and keep the figure."""
    require_staff(*_DESK)
    rule = access.rule_of(segment_id)
    counted = counting.count(rule)
    run_in_unit_of_work(lambda: service.note_count(segment_id, counted))
    return views.detail(access.segment(segment_id))


@blueprint.route("/segments/<segment_id>/versions")
@blueprint.response(200, schemas.SegmentVersionList)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def list_versions(segment_id: str) -> dict[str, Any]:
    """Its rule as it was, the newest first."""
    require_staff(*_DESK)
    return {"items": views.versions(segment_id)}


@blueprint.route("/segments/<segment_id>/members")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, schemas.SegmentMemberPage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(503, description=_SLOW)
def list_members(args: dict[str, Any], segment_id: str) -> dict[str, Any]:
    """Who is in it; that they were seen is recorded."""
    require_staff(*_DESK)
    actor, query = current_actor(), counting.people(access.rule_of(segment_id))
    with unit_of_work(synced=False), limited(SECONDS):
        items, after = page(query, keys=(Customer.id,), args=args)
        audit.record_accesses(actor, [each.id for each in items], what="segment_members")
    return {"items": items, "next": after}


@blueprint.route("/segments/<segment_id>/members", methods=["POST"])
@blueprint.arguments(schemas.NamedData)
@blueprint.response(200, schemas.ChangedSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description="It follows a rule")
@blueprint.alt_response(503, description=_SLOW)
def post_members(data: dict[str, Any], segment_id: str) -> dict[str, Any]:
    """Put members into a list, by name or by a rule."""
    require_staff(*_DESK)
    actor = current_actor()
    added = run_in_unit_of_work(lambda: service.fill(segment_id, data, acting_staff=actor))
    return {"members": added}


@blueprint.route("/segments/<segment_id>/members", methods=["DELETE"])
@blueprint.arguments(schemas.TakenOutData)
@blueprint.response(200, schemas.ChangedSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description="It follows a rule")
def delete_members(data: dict[str, Any], segment_id: str) -> dict[str, Any]:
    """Take members off a list."""
    require_staff(*_DESK)
    actor, ids = current_actor(), data["members"]
    gone = run_in_unit_of_work(lambda: service.take_out(segment_id, ids, acting_staff=actor))
    return {"members": gone}


@blueprint.route("/segments/<segment_id>/moves")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, schemas.SegmentMovePage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def list_moves(args: dict[str, Any], segment_id: str) -> dict[str, Any]:
    """Who entered and left, the newest first; that they were seen is recorded."""
    require_staff(*_DESK)
    actor, query = current_actor(), access.moves(segment_id)
    with unit_of_work(synced=False):
        items, after = page(query, keys=(SegmentMove.moved_at, SegmentMove.id), args=args, newest_first=True)
        audit.record_accesses(actor, {each.customer_id for each in items}, what="segment_members")
    return {"items": items, "next": after}


@blueprint.route("/segments/<segment_id>/members.csv")
@blueprint.alt_response(200, content_type="text/csv", schema={"type": "string"}, description="CSV in UTF-8")
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(503, description=_SLOW)
def get_members_csv(segment_id: str) -> Response:
    """Everybody in it as a file; that it was taken is recorded of each."""
    require_staff(*_DESK)
    actor, rule = current_actor(), access.rule_of(segment_id)
    body = run_in_unit_of_work(lambda: exports.taken(segment_id, rule, acting_staff=actor))
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": "attachment; filename=segment.csv"})
