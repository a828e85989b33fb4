"""/campaigns/ID/effect, /campaigns/ID/advice and /campaigns/effects."""

from __future__ import annotations

from typing import Any

from flask import Response

from backend.campaigns.effect import access, advice, service, sheets
from backend.campaigns.effect.schemas import (
    AdviceArgs,
    AdviceSchema,
    EffectArgs,
    EffectListArgs,
    EffectPage,
    EffectSchema,
)
from backend.core import audit
from backend.core.db import unit_of_work
from backend.core.http import Blueprint
from backend.organization import StaffRole, current_actor, require_staff

blueprint = Blueprint("campaign_effects", __name__, description="What campaigns brought")

_DESK = (StaffRole.MARKETER, StaffRole.ADMIN)
_NOBODY, _NOT_DESK, _NONE = "Nobody is signed in", "Neither a marketer nor an admin", "No such campaign"


@blueprint.route("/campaigns/effects")
@blueprint.arguments(EffectListArgs, location="query")
@blueprint.response(200, EffectPage)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
def list_effects(args: dict[str, Any]) -> dict[str, Any]:
    """Campaigns that began, the latest first, with what each brought."""
    require_staff(*_DESK)
    campaigns, after = access.begun(args)
    return {"items": [service.line(each) for each in campaigns], "next": after}


@blueprint.route("/campaigns/<campaign_id>/effect")
@blueprint.arguments(EffectArgs, location="query")
@blueprint.response(200, EffectSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_effect(args: dict[str, Any], campaign_id: str) -> dict[str, Any]:
    """What it brought."""
    require_staff(*_DESK)
    return service.report(access.campaign(campaign_id), margin=args["margin"])


@blueprint.route("/campaigns/<campaign_id>/effect.csv")
@blueprint.arguments(EffectArgs, location="query")
@blueprint.alt_response(200, content_type="text/csv", schema={"type": "string"}, description="CSV in UTF-8")
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_effect_csv(args: dict[str, Any], campaign_id: str) -> Response:
    """What it brought, a line a figure; that it was taken is recorded."""
    require_staff(*_DESK)
    body = sheets.as_csv(_taken(campaign_id, args, "csv"))
    return _file(body, "text/csv; charset=utf-8", "campaign-effect.csv")


@blueprint.route("/campaigns/<campaign_id>/effect.xlsx")
@blueprint.arguments(EffectArgs, location="query")
@blueprint.alt_response(
    200, content_type=sheets.XLSX, schema={"type": "string", "format": "binary"}, description="A workbook"
)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_effect_xlsx(args: dict[str, Any], campaign_id: str) -> Response:
    """What it brought as a workbook, a line a figure; that it was taken is recorded."""
    require_staff(*_DESK)
    body = sheets.as_xlsx(_taken(campaign_id, args, "xlsx"))
    return _file(body, sheets.XLSX, "campaign-effect.xlsx")


@blueprint.route("/campaigns/<campaign_id>/advice")
@blueprint.arguments(AdviceArgs, location="query")
@blueprint.response(200, AdviceSchema)
@blueprint.alt_response(401, description=_NOBODY)
@blueprint.alt_response(403, description=_NOT_DESK)
@blueprint.alt_response(404, description=_NONE)
def get_advice(args: dict[str, Any], campaign_id: str) -> dict[str, Any]:
    """How large a lift it could show, and whom to hold out for a given one."""
    require_staff(*_DESK)
    return advice.advice(access.campaign(campaign_id), args)


def _taken(campaign_id: str, args: dict[str, Any], form: str) -> dict[str, Any]:
    """The report, and a note of who took it away: it names people of the staff."""
    actor = current_actor()
    found = service.report(access.campaign(campaign_id), margin=args["margin"])
    with unit_of_work():
        detail = {"form": form}
        audit.record(actor, "campaign.effect", subject_kind="campaign", subject_id=campaign_id, detail=detail)
    return found


def _file(body: str | bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type=kind, headers=headers)
