"""The addresses of the sync engine (SYNC.md, Endpoints)."""

from __future__ import annotations

import gzip
import json
from typing import Any

from flask import Response, request
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.core import clock as wall
from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint
from backend.sync import pull as pulling
from backend.sync import push as pushing
from backend.sync import snapshot as snapshots
from backend.sync.cursor import parse
from backend.sync.registry import staffing

blueprint = Blueprint("sync", __name__, description="Sync between tablets and the server")


class PullArgs(Schema):
    """Where to go on from, and how many changes at most."""

    cursor = fields.String(required=True, validate=validate.Length(min=1, max=1000))
    limit = fields.Integer(load_default=pulling.DEFAULT_LIMIT, validate=validate.Range(min=1, max=pulling.MAX_LIMIT))


class BlockSchema(Schema):
    """A prebuilt block of rows."""

    hash = fields.String(metadata={"description": "SHA-256 of the uncompressed body, lower-case hex"})
    url = fields.String()
    rows = fields.Integer()
    bytes = fields.Integer(metadata={"description": "Length of the uncompressed body"})
    checksum = fields.String(metadata={"description": "SHA-256 of the canonical JSON of the rows, ordered by id"})


class CollectionSchema(Schema):
    """The blocks of one collection."""

    rows = fields.Integer()
    blocks = fields.List(fields.Nested(BlockSchema))


class SnapshotSchema(Schema):
    """What a tablet starts from."""

    epoch = fields.String()
    v = fields.Integer()
    schema = fields.Integer()
    scope = fields.String()
    cursor = fields.String()
    collections = fields.Dict(keys=fields.String(), values=fields.Nested(CollectionSchema))


class ChangeSchema(Schema):
    """One change; `row` comes with `put`."""

    collection = fields.String()
    id = fields.String()
    op = fields.String(validate=validate.OneOf(["put", "delete", "remove"]))
    row = fields.Dict()


class PullSchema(Schema):
    """Changes in the order of the cursor."""

    changes = fields.List(fields.Nested(ChangeSchema))
    cursor = fields.String()
    more = fields.Boolean()
    server_time = fields.String()


class MutationSchema(Schema):
    """One thing done on a tablet. Only `id` concerns the whole batch; anything else is rejected for the item alone."""

    class Meta:
        """Options."""

        unknown = EXCLUDE

    id = fields.String(required=True)
    kind = fields.String()
    staff = fields.String()
    at = fields.String(metadata={"format": "date-time"})
    seq = fields.Integer()
    data = fields.Dict()


class PushSchema(Schema):
    """A batch of mutations."""

    mutations = fields.List(
        fields.Nested(MutationSchema), required=True, validate=validate.Length(max=pushing.MAX_BATCH)
    )


class ResultSchema(Schema):
    """The answer to one mutation."""

    id = fields.String()
    status = fields.String(validate=validate.OneOf(["applied", "conflict", "rejected"]))
    code = fields.String()
    message = fields.String()
    fields_ = fields.Dict(data_key="fields", keys=fields.String(), values=fields.Dict())
    flags = fields.List(fields.String())
    duplicate = fields.Boolean()
    v = fields.Integer()


class ResultsSchema(Schema):
    """The answers, in the order sent."""

    results = fields.List(fields.Nested(ResultSchema))


@blueprint.route("/sync/snapshot")
@blueprint.response(200, SnapshotSchema)
@blueprint.alt_response(401, description="No tablet, or the session ended")
def get_snapshot() -> Any:  # noqa: ANN401 - plain JSON
    """The blocks to start from."""
    return snapshots.snapshot(staffing().caller(reading=True))


@blueprint.route("/sync/blocks/<block_hash>")
@blueprint.response(200, description="Columnar rows: {collection, fields, columns}", content_type="application/json")
@blueprint.alt_response(304, description="The client has it", content_type="application/json")
@blueprint.alt_response(401, description="No tablet, or the session ended")
@blueprint.alt_response(404, description="Outside the tablet's scope, or destroyed")
def get_block(block_hash: str) -> Response:
    """One block, as compressed as the client accepts."""
    return _block_response(snapshots.block(staffing().caller(reading=True), block_hash))


@blueprint.route("/sync/pull")
@blueprint.arguments(PullArgs, location="query")
@blueprint.response(200, PullSchema)
@blueprint.alt_response(401, description="No tablet, or the session ended")
@blueprint.alt_response(409, description="epoch_changed or scope_changed: take a new snapshot")
@blueprint.alt_response(410, description="cursor_expired: take a new snapshot")
@blueprint.alt_response(426, description="upgrade_required")
def get_pull(args: dict[str, Any]) -> Any:  # noqa: ANN401 - plain JSON
    """What changed since the cursor."""
    page = pulling.pull(staffing().caller(reading=True), parse(args["cursor"]), args["limit"])
    return {
        "changes": page.changes,
        "cursor": str(page.cursor),
        "more": page.more,
        "server_time": wall.rfc3339(wall.now()),
    }


@blueprint.route("/sync/push", methods=["POST"])
@blueprint.doc(requestBody={"required": True, "content": {"application/json": {"schema": PushSchema}}})
@blueprint.response(200, ResultsSchema)
@blueprint.alt_response(401, description="No tablet")
@blueprint.alt_response(422, description="No JSON, no list of mutations, more than 200, or an item without an id")
def post_push() -> Response:
    """Take what tablets did; the answer to each is its receipt."""
    caller = staffing().caller(reading=False)
    items = pushing.parse_batch(request.get_data(cache=False))
    answers = run_in_unit_of_work(lambda: pushing.push(caller, items))
    # The standard library escapes what orjson cannot encode: an id that is no id is still answered by its own name.
    body = json.dumps({"results": pushing.results(answers)}, separators=(",", ":"))
    return Response(body, content_type="application/json")


def _block_response(block: snapshots.BlockBytes) -> Response:
    accepted = request.accept_encodings
    if accepted["br"] > 0:
        response = Response(block.brotli, headers={"Content-Encoding": "br"})
    elif accepted["gzip"] > 0:
        response = Response(block.gzip, headers={"Content-Encoding": "gzip"})
    else:
        response = Response(gzip.decompress(block.gzip))
    response.content_type = "application/json"
    response.set_etag(block.hash)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-store" if block.personal else "private, max-age=31536000, immutable"
    response.make_conditional(request)
    return response
