"""/partners and /customers/ID/transfers, for people."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response
from sqlalchemy import func, select

from backend.core import audit
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.http import Blueprint, page
from backend.loyalty.partners import access, keys, outgoing, service, statements
from backend.loyalty.partners.models import Partner, PartnerKey, PartnerTransfer
from backend.loyalty.partners.rules import rate_on
from backend.loyalty.partners.schemas import (
    IssuedKeySchema,
    PartnerChange,
    PartnerData,
    PartnerDetailSchema,
    PartnerKeySchema,
    PartnerList,
    PartnerRateData,
    PartnerSchema,
    PartnerStatementSchema,
    PartnerTransferList,
    PartnerTransferPage,
    PartnerTransferSchema,
    StatementArgs,
    TransferArgs,
    TransferBackData,
    TransferOutData,
)
from backend.organization import StaffRole, current_actor, require_staff

blueprint = Blueprint("partners", __name__, description="Partners, and points that are exchanged with them")
_MAY_LOOK = (StaffRole.MANAGER, StaffRole.MARKETER, StaffRole.ADMIN)
_MAY_SEND = (StaffRole.MANAGER, StaffRole.ADMIN)
_HEAD_OFFICE = (StaffRole.MARKETER, StaffRole.ADMIN)


@blueprint.route("/partners")
@blueprint.response(200, PartnerList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="An associate")
def list_partners() -> dict[str, Any]:
    """Every partner, those that are active first, with the rates that count today."""
    require_staff(*_MAY_LOOK)
    return {"items": [_shown(each) for each in access.partners()]}


@blueprint.route("/partners", methods=["POST"])
@blueprint.arguments(PartnerData)
@blueprint.response(201, PartnerSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def post_partner(data: dict[str, Any]) -> dict[str, Any]:
    """Add a partner."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return _shown(run_in_unit_of_work(lambda: service.add(data, acting_staff=actor)))


@blueprint.route("/partners/<code>")
@blueprint.response(200, PartnerDetailSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
@blueprint.alt_response(404, description="No such partner")
def get_partner(code: str) -> dict[str, Any]:
    """A partner with all its rates and keys; no secret."""
    require_staff(*_HEAD_OFFICE)
    return _in_detail(access.partner(code))


@blueprint.route("/partners/<code>", methods=["PATCH"])
@blueprint.arguments(PartnerChange)
@blueprint.response(200, PartnerDetailSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such partner")
def patch_partner(data: dict[str, Any], code: str) -> dict[str, Any]:
    """Set some of it: names, unit, limits, or stop it. Rates are added, never edited."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return _in_detail(run_in_unit_of_work(lambda: service.change(code, data, acting_staff=actor)))


@blueprint.route("/partners/<code>/rates", methods=["POST"])
@blueprint.arguments(PartnerRateData)
@blueprint.response(201, PartnerDetailSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such partner")
def post_rate(data: dict[str, Any], code: str) -> dict[str, Any]:
    """Have another rate count from a day on."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: service.add_rate(code, data, acting_staff=actor))
    return _in_detail(access.partner(code))


@blueprint.route("/partners/<code>/keys", methods=["POST"])
@blueprint.response(201, IssuedKeySchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such partner")
def post_key(code: str) -> dict[str, Any]:
    """Make a further key for the partner's systems; its secret is told this once."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    key, secret = run_in_unit_of_work(lambda: keys.issue(code, acting_staff=actor))
    return _key(key) | {"secret": secret}


@blueprint.route("/partners/<code>/keys/<key_id>/withdraw", methods=["POST"])
@blueprint.response(200, PartnerKeySchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such partner, or no such key of its")
def post_key_withdraw(code: str, key_id: str) -> dict[str, Any]:
    """Let a key sign nothing any more."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return _key(run_in_unit_of_work(lambda: keys.withdraw(code, key_id, acting_staff=actor)))


@blueprint.route("/partners/<code>/transfers")
@blueprint.arguments(TransferArgs, location="query")
@blueprint.response(200, PartnerTransferPage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
@blueprint.alt_response(404, description="No such partner")
def list_transfers(args: dict[str, Any], code: str) -> dict[str, Any]:
    """A partner's transfers, the newest first; whose they are, the view of each is recorded."""
    require_staff(*_HEAD_OFFICE)
    actor, partner = current_actor(), access.partner(code)
    with unit_of_work(synced=False):
        query = access.transfers(partner.id)
        if args["state"]:
            query = query.where(PartnerTransfer.state == args["state"])
        items, after = page(query, keys=(PartnerTransfer.id,), args=args, newest_first=True)
        seen = {each.customer_id for each in items if each.customer_id is not None}
        audit.record_accesses(actor, sorted(seen), what="transfers")
    return {"items": items, "next": after}


@blueprint.route("/partners/<code>/statement")
@blueprint.arguments(StatementArgs, location="query")
@blueprint.response(200, PartnerStatementSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
@blueprint.alt_response(404, description="No such partner")
def get_statement(args: dict[str, Any], code: str) -> dict[str, Any]:
    """What was exchanged in a month, at which rates and for which units, and what is owed for it."""
    require_staff(*_HEAD_OFFICE)
    return statements.statement(access.partner(code), date.fromisoformat(f"{args['month']}-01"))


@blueprint.route("/partners/<code>/statement.csv")
@blueprint.arguments(StatementArgs, location="query")
@blueprint.alt_response(200, content_type="text/csv", schema={"type": "string"}, description="CSV in UTF-8")
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a marketer nor an admin")
@blueprint.alt_response(404, description="No such partner")
def get_statement_csv(args: dict[str, Any], code: str) -> Response:
    """The same as a file."""
    require_staff(*_HEAD_OFFICE)
    found = statements.statement(access.partner(code), date.fromisoformat(f"{args['month']}-01"))
    headers = {"Content-Disposition": f'attachment; filename="{found["partner"]}-{args["month"]}.csv"'}
    return Response(statements.as_csv(found), content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.route("/customers/<customer_id>/transfers")
@blueprint.response(200, PartnerTransferList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="An associate")
@blueprint.alt_response(404, description="No such customer")
def list_member_transfers(customer_id: str) -> dict[str, Any]:
    """A member's latest transfers, the newest first; the view is recorded."""
    require_staff(*_MAY_LOOK)
    actor = current_actor()
    with unit_of_work(synced=False):
        now, items = access.transfers_of(customer_id)
        audit.record_access(actor, customer_id=now, what="transfers")
    return {"items": items}


@blueprint.route("/customers/<customer_id>/transfers", methods=["POST"])
@blueprint.arguments(TransferOutData)
@blueprint.response(201, PartnerTransferSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin")
@blueprint.alt_response(404, description="No such customer, or no such partner")
@blueprint.alt_response(409, description="points_lacking: she has fewer points; `balance` says how many")
def post_transfer(data: dict[str, Any], customer_id: str) -> PartnerTransfer:
    """Take points from a member for a partner; it hears of them with the next collection."""
    require_staff(*_MAY_SEND)
    actor, given = current_actor(), {name: data[name] for name in ("points", "account", "reason")}
    return run_in_unit_of_work(lambda: outgoing.send(customer_id, data["partner"], **given, acting_staff=actor))


@blueprint.route("/transfers/<transfer_id>/reverse", methods=["POST"])
@blueprint.arguments(TransferBackData)
@blueprint.response(200, PartnerTransferSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Neither a manager nor an admin; what came in, only an admin takes back")
@blueprint.alt_response(404, description="No such transfer")
@blueprint.alt_response(409, description="transfer_decided: it is decided, or the partner has heard of it")
def post_reverse(data: dict[str, Any], transfer_id: str) -> PartnerTransfer:
    """Take back a transfer that came in, or one to a partner that has not heard of it."""
    require_staff(*_MAY_SEND)
    if access.transfer(transfer_id).direction == "in":
        require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return run_in_unit_of_work(lambda: outgoing.reverse(transfer_id, reason=data["reason"], acting_staff=actor))


def _shown(partner: Partner) -> dict[str, Any]:
    rates, today = access.rate_rows(partner.id), service.today_at(partner.business_unit_id)
    known, by_id = access.rates(partner.id), {row.id: row for row in rates}
    waiting = select(func.count()).where(PartnerTransfer.partner_id == partner.id, PartnerTransfer.state == "asked")
    shown = {name: getattr(partner, name) for name in PartnerSchema().fields if hasattr(partner, name)}
    for direction in ("in", "out"):
        now = rate_on(known, direction, today)
        shown[f"rate_{direction}"] = by_id[now.id] if now else None
    return shown | {"business_unit": partner.business_unit.code, "waiting": db.session.scalar(waiting)}


def _in_detail(partner: Partner) -> dict[str, Any]:
    found = [_key(each) for each in access.keys(partner.id)]
    return _shown(partner) | {"rates": access.rate_rows(partner.id), "keys": found}


def _key(key: PartnerKey) -> dict[str, Any]:
    shown = {name: getattr(key, name) for name in ("id", "created_at", "last_used_at", "withdrawn_at")}
    return shown | {"works": keys.works(key)}
