"""/refusals: how business units are refused, and lists of who refused by their 080 numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from flask import request

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.organization import StaffRole, current_actor, look_as_system, require_staff
from sms.refusals import lists, schemas, units

blueprint = Blueprint("refusals", __name__, description="Ways to refuse texts")
_MOST_ROWS: Final = 20_000
_MOST_BAD: Final = 200
_BINARY = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@blueprint.route("/refusals/units")
@blueprint.response(200, schemas.RefusalUnitList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def list_refusal_units() -> dict[str, Any]:
    """How each business unit is refused (marketer, admin)."""
    require_staff(StaffRole.MARKETER, StaffRole.ADMIN)
    return {"items": units.listed()}


@blueprint.route("/refusals/units/<unit>", methods=["PATCH"])
@blueprint.arguments(schemas.RefusalUnitData)
@blueprint.response(200, schemas.RefusalUnitSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such business unit")
def patch_refusal_unit(data: dict[str, Any], unit: str) -> dict[str, Any]:
    """Have a unit's texts name the recipient's link, or its 080 number (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: units.prefer_link(unit, **data, acting_staff=actor))
    return units.described(unit)


@blueprint.route("/refusals/units/<unit>/key", methods=["POST"])
@blueprint.response(201, schemas.RefusalKeySchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such business unit")
def post_refusal_key(unit: str) -> dict[str, str]:
    """Make the key with which a unit's 080 calls are signed; the one before works no more (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return {"secret": run_in_unit_of_work(lambda: units.issue_key(unit, acting_staff=actor))}


@blueprint.route("/refusals/lists", methods=["POST"])
@blueprint.arguments(schemas.RefusalListArgs, location="query")
@blueprint.response(200, schemas.RefusalListSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such business unit")
@blueprint.alt_response(413, description="The file is too large")
@blueprint.doc(requestBody=_BINARY)
def post_refusal_list(args: dict[str, Any]) -> dict[str, Any]:
    """Take in a list of who refused by a unit's 080 number: the body is the file, CSV or .xlsx (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    look_as_system()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(request.get_data())
        wishes = {"dry_run": args["dry_run"], "most": _MOST_ROWS, "name": args["name"], "acting_staff": actor}
        rows = list(lists.take_list(path, args["unit"], **wishes))
    counts = Counter(row.outcome for row in rows)
    return {"counts": dict(counts), "bad": [row for row in rows if row.why is not None][:_MOST_BAD]}
