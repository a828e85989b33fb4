"""/partners/CODE/…, for the partner's own systems: every request is signed with its key (`keys`)."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import g, request

from backend.core import signing
from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from backend.core.errors import Conflict, ValidationFailed
from backend.core.http import Blueprint
from backend.core.throttle import Throttle
from backend.loyalty.partners import access, incoming, keys, outgoing
from backend.loyalty.partners.incoming import Wish
from backend.loyalty.partners.outgoing import Answer
from backend.loyalty.partners.schemas import AnsweredList, AnswersData, OutgoingList, TakenSchema, TransferInData

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.loyalty.partners.incoming import Taken
    from backend.loyalty.partners.models import Partner

blueprint = Blueprint("partner_systems", __name__, description="What partners' systems send and fetch, signed")
# In the long run a partner sends thousands by file; one by one, so many a second from one address.
_REQUESTS = Throttle(burst=60, per_second=10)
_KEY = "dangol_partner_key"
_HEADERS = [
    {"in": "header", "name": "Dangol-Key", "required": True, "schema": {"type": "string", "format": "uuid"}},
    *signing.HEADERS,
]


class ReferenceTaken(Conflict):
    """Another transfer has this reference already; it was not touched."""

    code = "reference_taken"


def signed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whoever signed the request with a key of the partner `code`; before its body is looked at."""

    @wraps(view)
    def ask(code: str) -> Any:  # noqa: ANN401 - the view's
        _REQUESTS.ask(f"{request.remote_addr} {code[:40]}")
        setattr(g, _KEY, keys.signer(code, request.headers.get("Dangol-Key", ""), signing.as_it_came()))
        return view(code=code)

    return ask


@blueprint.route("/partners/<code>/transfers", methods=["POST"])
@signed
@blueprint.arguments(TransferInData)
@blueprint.response(200, TakenSchema)
@blueprint.alt_response(401, description="not_signed, not_timely")
@blueprint.alt_response(409, description="reference_taken: by another transfer")
@blueprint.alt_response(429, description="too_many_requests; Retry-After")
@blueprint.doc(parameters=_HEADERS)
def post_transfer_in(data: dict[str, Any], code: str) -> Taken:
    """Give a member points that the partner transferred; the same reference again changes nothing."""
    taken: Taken = _work(lambda: incoming.take_in(code, [Wish(**data)], acting_staff=SYSTEM))[0]
    if taken.field == "reference":
        raise ReferenceTaken
    if taken.field is not None:
        raise ValidationFailed({taken.field: [taken.why or ""]})
    return taken


@blueprint.route("/partners/<code>/outgoing", methods=["POST"])
@signed
@blueprint.response(200, OutgoingList)
@blueprint.alt_response(401, description="not_signed, not_timely")
@blueprint.alt_response(429, description="too_many_requests; Retry-After")
@blueprint.doc(parameters=_HEADERS)
def post_outgoing(code: str) -> dict[str, Any]:
    """Fetch what goes to the partner and is not answered yet; from here on nobody withdraws it."""
    return {"items": _work(lambda: outgoing.collect(_partner(code), again=True))}


@blueprint.route("/partners/<code>/answers", methods=["POST"])
@signed
@blueprint.arguments(AnswersData)
@blueprint.response(200, AnsweredList)
@blueprint.alt_response(401, description="not_signed, not_timely")
@blueprint.alt_response(429, description="too_many_requests; Retry-After")
@blueprint.doc(parameters=_HEADERS)
def post_answers(data: dict[str, Any], code: str) -> dict[str, Any]:
    """Say what became of transfers to the partner; what it refuses goes back to the members."""
    answers = [Answer(**each) for each in data["items"]]
    return {"items": _work(lambda: outgoing.answer(_partner(code), answers, acting_staff=SYSTEM))}


def _partner(code: str) -> Partner:
    return access.partner(code)


def _work(do: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is done
    key_id = getattr(g, _KEY)

    def work() -> Any:  # noqa: ANN401
        keys.note_use(key_id)
        return do()

    return run_in_unit_of_work(work)
