"""/coupons and /customers/ID/coupons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response

from backend.core import audit
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint, page
from backend.customers import get_customer
from backend.loyalty.coupons import access, issuing, reports, service
from backend.loyalty.coupons.models import Coupon, CouponCode, CouponIssue, CouponUse
from backend.loyalty.coupons.schemas import (
    CodeArgs,
    CouponCodePage,
    CouponData,
    CouponIssuePage,
    CouponIssueSchema,
    CouponList,
    CouponReportSchema,
    CouponSchema,
    CouponUseArgs,
    CouponUsePage,
    HeldCouponList,
    HeldCouponSchema,
    IssueData,
    ProlongData,
)
from backend.loyalty.ledger import last_day_over
from backend.organization import StaffRole, current_actor, require_staff

if TYPE_CHECKING:
    from datetime import date

blueprint = Blueprint("coupons", __name__, description="Coupons")

_DESK = (StaffRole.MARKETER, StaffRole.ADMIN)
_NOBODY, _NOT_DESK = "Nobody is signed in", "Neither a marketer nor an admin"
_NONE, _NOT_NOW = "No such coupon", "Not in its present state"


@blueprint.route("/coupons")
@blueprint.response(200, CouponList)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def list_coupons() -> dict[str, Any]:
    """Every coupon, with how many codes of it there are."""
    require_staff(*_DESK)
    found = access.coupons()
    codes = reports.counts(found, today=_today())
    return {"items": [_of(coupon) | {"codes": codes[coupon.id]} for coupon in found]}


@blueprint.route("/coupons", methods=["POST"])
@blueprint.arguments(CouponData)
@blueprint.response(201, CouponSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(409, description="No number is left")
def post_coupon(data: dict[str, Any]) -> Coupon:
    """Make a draft of a coupon."""
    require_staff(*_DESK)
    actor = current_actor()
    return access.coupon(run_in_unit_of_work(lambda: service.add(data, acting_staff=actor)))


@blueprint.route("/coupons/<coupon_id>")
@blueprint.response(200, CouponSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_coupon(coupon_id: str) -> Coupon:
    """A coupon."""
    require_staff(*_DESK)
    return access.coupon(coupon_id)


@blueprint.route("/coupons/<coupon_id>", methods=["PUT"])
@blueprint.arguments(CouponData)
@blueprint.response(200, CouponSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description="It is no draft any more")
def put_coupon(data: dict[str, Any], coupon_id: str) -> Coupon:
    """Change a draft."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.change(coupon_id, data, acting_staff=actor))
    return access.coupon(coupon_id)


@blueprint.route("/coupons/<coupon_id>/live", methods=["POST"])
@blueprint.response(200, CouponSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description=_NOT_NOW)
def post_live(coupon_id: str) -> Coupon:
    """Have tills take it from now on."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.go_live(coupon_id, acting_staff=actor))
    return access.coupon(coupon_id)


@blueprint.route("/coupons/<coupon_id>/stop", methods=["POST"])
@blueprint.response(200, CouponSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description=_NOT_NOW)
def post_stop(coupon_id: str) -> Coupon:
    """Have its codes be good for no sale from now on."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.stop(coupon_id, acting_staff=actor))
    return access.coupon(coupon_id)


@blueprint.route("/coupons/<coupon_id>/prolong", methods=["POST"])
@blueprint.arguments(ProlongData)
@blueprint.response(200, CouponSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description=_NOT_NOW)
def post_prolong(data: dict[str, Any], coupon_id: str) -> Coupon:
    """Put its last day off."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.prolong(coupon_id, data["ends_on"], acting_staff=actor))
    return access.coupon(coupon_id)


@blueprint.route("/coupons/<coupon_id>/report")
@blueprint.response(200, CouponReportSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_coupon_report(coupon_id: str) -> dict[str, Any]:
    """What it came to."""
    require_staff(*_DESK)
    return reports.report(access.coupon(coupon_id), today=_today())


@blueprint.route("/coupons/<coupon_id>/codes")
@blueprint.arguments(CodeArgs, location="query")
@blueprint.response(200, CouponCodePage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def list_codes(args: dict[str, Any], coupon_id: str) -> dict[str, Any]:
    """Its codes and what became of them; the view of members' names is recorded."""
    require_staff(*_DESK)
    actor, coupon, today = current_actor(), access.coupon(coupon_id), _today()
    with unit_of_work(synced=False):
        items, after = page(access.codes(coupon_id, args["state"], today=today), keys=(CouponCode.code,), args=args)
        audit.record_accesses(actor, {each.customer_id for each in items if each.customer_id}, what="coupons")
        shown = [_code(each, coupon, today=today) for each in items]
    return {"items": shown, "next": after}


@blueprint.route("/coupons/<coupon_id>/flagged")
@blueprint.arguments(CouponUseArgs, location="query")
@blueprint.response(200, CouponUsePage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def list_flagged(args: dict[str, Any], coupon_id: str) -> dict[str, Any]:
    """Uses of its codes that were no valid ones, the newest first."""
    require_staff(*_DESK)
    items, after = page(access.flagged(coupon_id), keys=(CouponUse.id,), args=args, newest_first=True)
    return {"items": items, "next": after}


@blueprint.route("/coupons/<coupon_id>/issues")
@blueprint.arguments(CouponUseArgs, location="query")
@blueprint.response(200, CouponIssuePage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def list_issues(args: dict[str, Any], coupon_id: str) -> dict[str, Any]:
    """What was issued of it, and how far that is."""
    require_staff(*_DESK)
    items, after = page(access.issues(coupon_id), keys=(CouponIssue.id,), args=args, newest_first=True)
    return {"items": items, "next": after}


@blueprint.route("/coupons/<coupon_id>/issues", methods=["POST"])
@blueprint.arguments(IssueData)
@blueprint.response(201, CouponIssueSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
@blueprint.alt_response(409, description=_NOT_NOW)
def post_issue(data: dict[str, Any], coupon_id: str) -> CouponIssue:
    """Issue codes: a few at once, many by the worker. The same id again issues nothing more."""
    require_staff(*_DESK)
    actor = current_actor()
    return access.issue(run_in_unit_of_work(lambda: issuing.ask(coupon_id, data, acting_staff=actor)))


@blueprint.route("/coupons/issues/<issue_id>")
@blueprint.response(200, CouponIssueSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_issue(issue_id: str) -> CouponIssue:
    """How far an issue is."""
    require_staff(*_DESK)
    return access.issue(issue_id)


@blueprint.route("/coupons/issues/<issue_id>/stop", methods=["POST"])
@blueprint.response(200, CouponIssueSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def post_issue_stop(issue_id: str) -> CouponIssue:
    """Issue no more of it."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: issuing.stop(issue_id, acting_staff=actor))
    return access.issue(issue_id)


@blueprint.route("/coupons/issues/<issue_id>/resume", methods=["POST"])
@blueprint.response(200, CouponIssueSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def post_issue_resume(issue_id: str) -> CouponIssue:
    """Go on with what was stopped."""
    require_staff(*_DESK)
    actor = current_actor()
    run_in_unit_of_work(lambda: issuing.resume(issue_id, acting_staff=actor))
    return access.issue(issue_id)


@blueprint.route("/coupons/issues/<issue_id>/codes.csv")
@blueprint.alt_response(200, content_type="text/csv", schema={"type": "string"}, description="CSV in UTF-8")
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_issue_codes(issue_id: str) -> Response:
    """The codes that were issued for whoever has them, to print; that they were taken is recorded."""
    require_staff(*_DESK)
    actor = current_actor()
    with unit_of_work():
        issue = access.issue(issue_id)
        body = issuing.csv_lines(db.session.execute(access.codes_to_print(issue)))
        detail = {"issue": issue.id}
        audit.record(actor, "coupon.codes", subject_kind="coupon", subject_id=issue.coupon_id, detail=detail)
    headers = {"Content-Disposition": 'attachment; filename="coupon-codes.csv"'}
    return Response(body, content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.route("/coupons/codes/<code>")
@blueprint.response(200, HeldCouponSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(404, description="No such code")
def get_code(code: str) -> dict[str, Any]:
    """A code with what it is good for, whose it is (by id) and whether it was used; the view is recorded."""
    require_staff()
    actor = current_actor()
    with unit_of_work(synced=False):
        found = access.code(code)
        if found.customer_id is not None:
            audit.record_access(actor, customer_id=found.customer_id, what="coupons")
        return _code(found, found.coupon, today=_today()) | {"customer": None, "coupon": _of(found.coupon)}


@blueprint.route("/customers/<customer_id>/coupons")
@blueprint.response(200, HeldCouponList)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(404, description="No such customer")
def list_customer_coupons(customer_id: str) -> dict[str, Any]:
    """A member's coupons, the latest first; the view is recorded."""
    require_staff()
    actor, now, today = current_actor(), get_customer(customer_id).id, _today()
    with unit_of_work(synced=False):
        items = [_code(each, each.coupon, today=today) | {"coupon": _of(each.coupon)} for each in access.of_member(now)]
        audit.record_access(actor, customer_id=now, what="coupons")
    return {"items": items}


def _of(coupon: Coupon) -> dict[str, Any]:
    """A coupon in the shape of `CouponSchema`."""
    shown = {name: getattr(coupon, name) for name in CouponSchema().fields if name not in {"business_unit", "store"}}
    return shown | {"business_unit": coupon.business_unit, "store": coupon.store}


def _code(found: CouponCode, coupon: Coupon, *, today: date) -> dict[str, Any]:
    """A code in the shape of `CouponCodeSchema`."""
    used = found.use
    return {
        "code": found.code,
        "customer_id": found.customer_id,
        "customer": found.customer.name if found.customer else None,
        "issued_at": found.issued_at,
        "good_until": access.last_day(found, coupon),
        "state": access.state_of(found, coupon, today=today),
        "sale_id": used.sale_id if used else None,
        "used_at": used.used_at if used else None,
        "worth": used.worth if used else None,
        "currency": used.currency if used else None,
    }


def _today() -> date:
    """For lists, a day is over once it is over everywhere; a sale goes by the business day of its store."""
    return last_day_over()
