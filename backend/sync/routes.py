"""The addresses of the sync engine (SYNC.md, Endpoints)."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from flask import Response, request

from backend.core import clock as wall
from backend.core.errors import ValidationFailed
from backend.core.http import CLEAR_SITE_DATA, Blueprint
from backend.core.throttle import Throttle
from backend.sync import events, schema_versions, sealed, terms
from backend.sync import pull as pulling
from backend.sync import push as pushing
from backend.sync import snapshot as snapshots
from backend.sync.cursor import parse
from backend.sync.registry import staffing
from backend.sync.schemas import (
    PullSchema,
    PushSchema,
    ResultsSchema,
    SealedSchema,
    SnapshotSchema,
    TermsSchema,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from backend.sync.contract import Caller

    View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("sync", __name__, description="Sync between tablets and the server")

_PACKED = "application/gzip"
_CLIENT_PARAMETER = {
    "in": "header",
    "name": schema_versions.HEADER,
    "schema": {"type": "integer", "minimum": 0, "maximum": 999999},
    "description": "The schema that the client was built for; the present one when absent",
}
_MORE_PARAMETER = {
    "in": "query",
    "name": "more",
    "schema": {"type": "string", "enum": ["true", "false"]},
    "description": "true: this tablet has further batches, so that a withdrawn one is not told to clear itself yet",
}
# A first sync of a large book takes some hundreds of calls, a day some ten thousand. What is stopped is a tablet that
# has lost its mind; the others must not wait for it.
CALLS = Throttle(burst=60_000, per_second=100)
_EVENT = {"type": "object", "properties": {"event": {"const": "v"}, "data": {"type": "string"}}}
_PULL_PARAMETERS = [
    {
        "in": "query",
        "name": "cursor",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 1000},
    },
    {
        "in": "query",
        "name": "limit",
        "schema": {
            "type": "integer",
            "minimum": 1,
            "maximum": pulling.MAX_LIMIT,
            "default": pulling.DEFAULT_LIMIT,
        },
    },
]


def _caller(*, reading: bool, withdrawn_too: bool = False) -> Caller:
    """The tablet that calls. Raises `NotSignedIn` and its kin, and `TooManyRequests`."""
    caller = staffing().caller(reading=reading, withdrawn_too=withdrawn_too)
    CALLS.ask(caller.device_id)
    return caller


def client_schema() -> int:
    """The schema that the client was built for. Raises `ValidationFailed` when what it says is no number."""
    return schema_versions.parse(request.headers.get(schema_versions.HEADER))


def _takes_more(view: View) -> View:
    """Document what push and its sealed twin have in common."""
    for status, description in (
        (401, "No tablet, or device_revoked without accept_outbox: Clear-Site-Data comes with it"),
        (422, "No JSON, no list of entries, more than 200, or an entry without an id"),
        (426, "upgrade_required: the client is more than two schemas behind"),
        (429, "too_many_requests: far more calls than a tablet makes; Retry-After"),
    ):
        view = blueprint.alt_response(status, description=description)(view)
    return view


@blueprint.route("/sync/terms")
@blueprint.response(200, TermsSchema)
@blueprint.alt_response(401, description="No tablet, or device_revoked")
def get_terms() -> Any:  # noqa: ANN401 - plain JSON
    """For how long a tablet may keep its copy, and whom its sealed entries are for; no session is needed."""
    _caller(reading=False)
    return terms.terms()


@blueprint.route("/sync/snapshot")
@blueprint.doc(parameters=[_CLIENT_PARAMETER])
@blueprint.response(200, SnapshotSchema)
@blueprint.alt_response(401, description="No tablet, or the session ended")
@blueprint.alt_response(422, description="Dangol-Schema is no number")
@blueprint.alt_response(426, description="upgrade_required")
def get_snapshot() -> Any:  # noqa: ANN401 - plain JSON
    """The blocks to start from."""
    caller = _caller(reading=True)
    schema_versions.refuse_reading(client_schema())
    return snapshots.snapshot(caller)


@blueprint.route("/sync/blocks/<block_hash>")
@blueprint.response(200, description="Columnar rows: {collection, fields, columns}", content_type="application/json")
@blueprint.alt_response(304, description="The client has it", content_type="application/json")
@blueprint.alt_response(401, description="No tablet, or the session ended")
@blueprint.alt_response(404, description="Outside the tablet's scope, or destroyed")
def get_block(block_hash: str) -> Response:
    """One block, as compressed as the client accepts, or as a gzip file for `Accept: application/gzip`."""
    return _block_response(snapshots.block(_caller(reading=True), block_hash))


@blueprint.route("/sync/pull")
@blueprint.doc(parameters=[_CLIENT_PARAMETER, *_PULL_PARAMETERS])
@blueprint.response(200, PullSchema)
@blueprint.alt_response(401, description="No tablet, or the session ended")
@blueprint.alt_response(409, description="epoch_changed or scope_changed: take a new snapshot")
@blueprint.alt_response(410, description="cursor_expired: take a new snapshot")
@blueprint.alt_response(422, description="No cursor that the server gave, or a limit out of range")
@blueprint.alt_response(426, description="upgrade_required")
def get_pull() -> Any:  # noqa: ANN401 - plain JSON
    """What changed since the cursor."""
    caller = _caller(reading=True)
    cursor, limit = _pull_arguments()
    schema_versions.refuse_reading(client_schema())
    return _page(pulling.pull(caller, parse(cursor), limit))


@blueprint.route("/sync/events")
@blueprint.response(
    200,
    _EVENT,
    description='For as long as you read: `event: v`, `data: {"v": N}` at once and whenever something changed',
    content_type="text/event-stream",
)
@blueprint.alt_response(401, description="No tablet, or the session ended; a stream ends when that happens later")
def get_events() -> Response:
    """Server-sent events that say when to pull."""
    body = events.stream(_caller(reading=True))
    # A proxy that collects a response before it passes it on would hold every hint back (nginx).
    return Response(body, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@blueprint.route("/sync/push", methods=["POST"])
@blueprint.doc(
    parameters=[_CLIENT_PARAMETER, _MORE_PARAMETER],
    requestBody={"required": True, "content": {"application/json": {"schema": PushSchema}}},
)
@blueprint.response(200, ResultsSchema)
@_takes_more
def post_push() -> Response:
    """Take what tablets did; the answer to each is its receipt."""
    caller = _caller(reading=False, withdrawn_too=True)
    schema_versions.refuse_pushing(client_schema())
    items = pushing.parse_batch(request.get_data(cache=False))
    answers = pushing.run(lambda together: pushing.push(caller, items, together=together))
    return _results(pushing.results(answers), caller)


@blueprint.route("/sync/sealed", methods=["POST"])
@blueprint.doc(
    parameters=[_CLIENT_PARAMETER, _MORE_PARAMETER],
    requestBody={"required": True, "content": {"application/json": {"schema": SealedSchema}}},
)
@blueprint.response(200, ResultsSchema)
@_takes_more
def post_sealed() -> Response:
    """Take what a locked or wiped tablet did, sealed for the server; the answers are those of a push."""
    caller = _caller(reading=False, withdrawn_too=True)
    schema_versions.refuse_pushing(client_schema())
    items = sealed.parse(request.get_data(cache=False))
    answers = pushing.run(lambda together: sealed.take(caller, items, together=together))
    return _results(sealed.results(items, answers), caller)


def _pull_arguments() -> tuple[str, int]:
    """Read by hand: a pull that finds nothing new is the most frequent call by far."""
    cursor, limit = request.args.get("cursor", ""), request.args.get("limit", str(pulling.DEFAULT_LIMIT))
    if not 1 <= len(cursor) <= 1000:  # noqa: PLR2004 - no cursor of ours is as long
        raise ValidationFailed({"cursor": ["This is no cursor that the server gave."]})
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and 1 <= int(limit) <= pulling.MAX_LIMIT):  # noqa: PLR2004
        raise ValidationFailed({"limit": [f"Give a whole number from 1 to {pulling.MAX_LIMIT}."]})
    return cursor, int(limit)


def _page(page: pulling.Page) -> dict[str, Any]:
    return {
        "changes": page.changes,
        "cursor": str(page.cursor),
        "more": page.more,
        "server_time": wall.rfc3339(wall.now()),
    }


def _results(results: list[dict[str, Any]], caller: Caller) -> Response:
    # The standard library escapes what orjson cannot encode: an id that is no id is still answered by its own name.
    body = json.dumps({"results": results}, separators=(",", ":"))
    response = Response(body, content_type="application/json")
    if caller.withdrawn and request.args.get("more") != "true":
        response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


def _block_response(block: snapshots.BlockBytes) -> Response:
    accepted, wanted = request.accept_encodings, request.accept_mimetypes
    content_type = "application/json"
    if wanted[_PACKED] > wanted[content_type]:
        # For who keeps it packed: the body is the gzip file itself, which no browser unpacks on the way.
        response = Response(block.gzip)
        content_type = _PACKED
    elif accepted["br"] > 0:
        response = Response(block.brotli, headers={"Content-Encoding": "br"})
    elif accepted["gzip"] > 0:
        response = Response(block.gzip, headers={"Content-Encoding": "gzip"})
    else:
        response = Response(gzip.decompress(block.gzip))
    response.content_type = content_type
    response.set_etag(block.hash)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    response.headers["Cache-Control"] = "no-store" if block.personal else "private, max-age=31536000, immutable"
    response.make_conditional(request)
    return response
