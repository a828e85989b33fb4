"""The addresses of the organisation: what runs here, sign-in, stores, staff, tablets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, current_app, jsonify
from sqlalchemy import select

from backend.core.db import run_in_unit_of_work
from backend.core.errors import NotFound
from backend.core.http import Blueprint, PageArgs, page
from backend.organization import access, limits, passwords, policies, rules, schemas, service, sessions, tablets
from backend.organization.demo_sign_ins import demo_sign_ins
from backend.organization.models import BusinessUnit, Device, Staff, StaffRole, Store
from backend.organization.values import NewStaff, NewStore, ScopeWish
from backend.settings import current_settings
from backend.sync import SCHEMA, prepare_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.organization.values import Enrolled

View = TypeVar("View", bound="Callable[..., Any]")
Json = dict[str, Any]

blueprint = Blueprint("organization", __name__, description="Business units, stores, staff, tablets and sign-in")

_REFUSALS = {
    401: "not_signed_in: nobody is signed in, or the session ended",
    403: "forbidden: another role is needed; cross_site: sent by another site",
    422: "Something that was sent cannot be used; `errors` names the fields",
    429: "too_many_attempts: Retry-After says when the next is taken",
}


def refuses(*statuses: int) -> Callable[[View], View]:
    """Document which refusals, as problem documents, a view may answer with."""

    def decorate(view: View) -> View:
        for status in statuses:
            view = blueprint.alt_response(status, description=_REFUSALS[status])(view)
        return view

    return decorate


@blueprint.route("/about")
@blueprint.response(200, schemas.AboutSchema)
def get_about() -> Json:
    """What runs here, and in a demo who may sign in."""
    settings = current_settings()
    about = {"name": "Dangol", "version": current_app.config["API_VERSION"], "schema": SCHEMA}
    about |= {"demo": settings.demo, "simulator": settings.demo and "simulator" in settings.sms_providers}
    sign_ins = demo_sign_ins() if settings.demo else []
    return about | {"languages": rules.SCREEN_LANGUAGES, "demo_sign_ins": sign_ins}


@blueprint.route("/session")
@blueprint.response(200, schemas.SessionSchema)
@refuses(401)
def get_session() -> Json:
    """Who is signed in, on which tablet."""
    return sessions.describe(access.require_session())


@blueprint.route("/session", methods=["POST"])
@blueprint.arguments(schemas.SignInSchema)
@blueprint.response(200, schemas.SessionSchema)
@refuses(401, 403, 422, 429)
@limits.sign_in_by_address
@limits.sign_in_by_login
def post_session(body: Json) -> Json:
    """Sign in; the session is a cookie that scripts cannot read."""
    person = passwords.check_password(body["login"], body["password"])
    run_in_unit_of_work(lambda: passwords.record_sign_in(person, body["password"]))
    return sessions.describe(sessions.begin(person))


@blueprint.route("/session", methods=["DELETE"])
@blueprint.response(204)
@refuses(403)
def delete_session() -> None:
    """Sign out. Nobody signed in is fine too."""
    sessions.end()


@blueprint.route("/business-units")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, schemas.page_of(schemas.BusinessUnitSchema))
@refuses(401, 422)
def get_business_units(args: Json) -> Json:
    """Every business unit, by code."""
    access.require_staff()
    items, after = page(select(BusinessUnit), keys=[BusinessUnit.code], args=args)
    return {"items": items, "next": after}


@blueprint.route("/business-units/<unit_id>", methods=["PATCH"])
@blueprint.arguments(schemas.UnitPolicySchema)
@blueprint.response(200, schemas.BusinessUnitSchema)
@blueprint.alt_response(404, description="No such business unit")
@blueprint.alt_response(409, description="Tablets of other units hold every member")
@refuses(401, 403, 422)
def patch_business_unit(body: Json, unit_id: str) -> BusinessUnit:
    """Set what other business units see of this one, and whether it writes to existing customers (admin)."""
    access.require_staff(StaffRole.ADMIN)
    actor = access.current_actor()
    return run_in_unit_of_work(lambda: policies.set_policy(unit_id, body, acting_staff=actor))


@blueprint.route("/stores")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, schemas.page_of(schemas.StoreSchema))
@refuses(401, 422)
def get_stores(args: Json) -> Json:
    """Every store, by code."""
    access.require_staff()
    items, after = page(select(Store), keys=[Store.code], args=args)
    return {"items": items, "next": after}


@blueprint.route("/stores", methods=["POST"])
@blueprint.arguments(schemas.NewStoreSchema)
@blueprint.response(201, schemas.StoreSchema)
@refuses(401, 403, 422)
def post_store(body: Json) -> Store:
    """Add a store (admin)."""
    access.require_staff(StaffRole.ADMIN)
    actor = access.current_actor()
    return run_in_unit_of_work(lambda: service.add_store(NewStore(**body), acting_staff=actor))


@blueprint.route("/staff")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, schemas.page_of(schemas.StaffSchema))
@refuses(401, 403, 422)
def get_staff(args: Json) -> Json:
    """Everybody who works here, by login (manager, admin)."""
    access.require_staff(StaffRole.MANAGER, StaffRole.ADMIN)
    items, after = page(select(Staff), keys=[Staff.login], args=args)
    return {"items": items, "next": after}


@blueprint.route("/staff", methods=["POST"])
@blueprint.arguments(schemas.NewStaffSchema)
@blueprint.response(201, schemas.StaffSchema)
@refuses(401, 403, 422)
def post_staff(body: Json) -> Staff:
    """Add a staff member (admin)."""
    access.require_staff(StaffRole.ADMIN)
    actor, hashed = access.current_actor(), passwords.hash_password(body["password"])
    return run_in_unit_of_work(lambda: service.add_staff(NewStaff(**body), acting_staff=actor, hashed=hashed))


@blueprint.route("/tablets")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, schemas.page_of(schemas.TabletSchema))
@refuses(401, 403, 422)
def get_tablets(args: Json) -> Json:
    """Every tablet, for a manager the store's, the one enrolled last first (manager, admin)."""
    query = tablets.of_store(access.require_store(StaffRole.MANAGER, StaffRole.ADMIN))
    items, after = page(query, keys=[Device.id], args=args, newest_first=True)
    return {"items": items, "next": after}


@blueprint.route("/tablets/<tablet_id>/revoke", methods=["POST"])
@blueprint.arguments(schemas.RevokeSchema)
@blueprint.response(200, schemas.TabletSchema)
@blueprint.alt_response(404, description="not_found: no such tablet, or one of another store")
@refuses(401, 403, 422)
def post_revoke(body: Json, tablet_id: str) -> Device:
    """Withdraw a tablet: at its next call it is told to wipe its copy (admin, manager of its store)."""
    at_store, actor = access.require_store(StaffRole.MANAGER, StaffRole.ADMIN), access.current_actor()
    return run_in_unit_of_work(lambda: tablets.revoke(tablet_id, at_store=at_store, acting_staff=actor, **body))


@blueprint.route("/tablets/codes", methods=["POST"])
@blueprint.arguments(schemas.CodeWishSchema)
@blueprint.response(201, schemas.FreshCodeSchema)
@refuses(401, 403, 422)
def post_code(body: Json) -> Any:  # noqa: ANN401 - dumped by the schema
    """Make a one-time code for a tablet, good for 15 minutes (admin)."""
    access.require_staff(StaffRole.ADMIN)
    actor, wish = access.current_actor(), ScopeWish(kind=body["scope"], reason=body["reason"])
    return run_in_unit_of_work(lambda: tablets.make_code(body["store"], body["staff"], wish=wish, acting_staff=actor))


@blueprint.route("/tablets/enrol", methods=["POST"])
@blueprint.arguments(schemas.EnrolSchema)
@blueprint.response(201, schemas.EnrolledSchema)
@refuses(403, 422, 429)
@limits.enrol_by_address
def post_enrol(body: Json) -> Response:
    """Make this browser a tablet with a one-time code; the token also stays in a cookie that scripts cannot read."""
    enrolled = run_in_unit_of_work(lambda: tablets.enrol_with_code(body["code"], label=body["label"]))
    return _as_tablet(enrolled)


@blueprint.route("/tablets/demo", methods=["POST"])
@blueprint.response(201, schemas.EnrolledSchema)
@blueprint.alt_response(404, description="not_found: this is no demo")
@refuses(401, 403, 422)
def post_demo_tablet() -> Response:
    """Make this browser a tablet of one's own store, without a code; in a demo only."""
    if not current_settings().demo:
        raise NotFound
    person = access.require_staff(StaffRole.ASSOCIATE, StaffRole.MANAGER, StaffRole.ADMIN)
    actor = access.current_actor()
    return _as_tablet(run_in_unit_of_work(lambda: tablets.enrol_in_demo(person.login, acting_staff=actor)))


def _as_tablet(enrolled: Enrolled) -> Response:
    prepare_scope(enrolled.scope)
    response = jsonify(schemas.EnrolledSchema().dump(enrolled))
    response.status_code = 201
    access.set_device_cookie(response, enrolled.token)
    return response
