"""/refusal-words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.organization import StaffRole, current_actor, require_staff
from sms.incoming import schemas, words

if TYPE_CHECKING:
    from sms.incoming.models import Word

blueprint = Blueprint("refusal_words", __name__, description="Words by which people refuse texts")


@blueprint.route("/refusal-words")
@blueprint.response(200, schemas.WordList)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def list_words() -> dict[str, Any]:
    """Every word by which a text refuses or agrees anew (marketer, admin)."""
    require_staff(StaffRole.MARKETER, StaffRole.ADMIN)
    return {"items": words.listed()}


@blueprint.route("/refusal-words", methods=["POST"])
@blueprint.arguments(schemas.WordData)
@blueprint.response(201, schemas.WordSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(409, description="The word counts already")
def post_word(data: dict[str, Any]) -> Word:
    """Add a word (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    return run_in_unit_of_work(lambda: words.add(data, acting_staff=actor))


@blueprint.route("/refusal-words/<word_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Not an admin")
@blueprint.alt_response(404, description="No such word; the fixed ones stay")
def delete_word(word_id: str) -> None:
    """Let a word count no more (admin)."""
    require_staff(StaffRole.ADMIN)
    actor = current_actor()
    run_in_unit_of_work(lambda: words.remove(word_id, acting_staff=actor))
