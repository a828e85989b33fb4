"""/merges."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint, page
from backend.organization import StaffRole, current_actor, require_staff
from backend.unify import merges
from backend.unify.models import Merge
from backend.unify.schemas import MergeArgs, MergeData, MergePage, MergeSchema

if TYPE_CHECKING:
    from backend.core.audit import Actor

blueprint = Blueprint("merges", __name__, description="One member of two")


def _admin() -> Actor:
    require_staff(StaffRole.ADMIN)
    return current_actor()


@blueprint.route("/merges")
@blueprint.arguments(MergeArgs, location="query")
@blueprint.response(200, MergePage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
def list_merges(args: dict[str, Any]) -> dict[str, Any]:
    """What was merged and undone, the newest first; of one customer when named."""
    _admin()
    query = merges.merges(customer_id=args["customer"], standing=args["standing"])
    items, after = page(query, keys=(Merge.id,), args=args, newest_first=True)
    return {"items": merges.described(items), "next": after}


@blueprint.route("/merges", methods=["POST"])
@blueprint.arguments(MergeData)
@blueprint.response(201, MergeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such customer")
@blueprint.alt_response(409, description="One of them was merged into somebody else in the meantime")
def post_merge(data: dict[str, Any]) -> dict[str, Any]:
    """Make one customer of two; the survivor keeps her id and gets the other one's history."""
    work = partial(merges.merge, data["survivor_id"], data["merged_id"], take=data["take"], acting_staff=_admin())
    return merges.described([merges.find(run_in_unit_of_work(lambda: work().id))])[0]


@blueprint.route("/merges/<merge_id>/undo", methods=["POST"])
@blueprint.response(200, MergeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such merge")
@blueprint.alt_response(409, description="It was undone already, or a later merge has to be undone before")
def undo_merge(merge_id: str) -> dict[str, Any]:
    """Make two customers of them again, each with her own history."""
    work = partial(merges.undo, merge_id, acting_staff=_admin())
    return merges.described([merges.find(run_in_unit_of_work(lambda: work().id))])[0]
