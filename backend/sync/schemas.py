"""What the addresses of the sync engine take and give (SYNC.md, Endpoints)."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from backend.sync import push as pushing


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


class SealedItemSchema(Schema):
    """An entry that only the server can open; everything but `id` is base64url without padding."""

    class Meta:
        """Options."""

        unknown = EXCLUDE

    id = fields.String(required=True)
    kid = fields.String(metadata={"description": "The RFC 7638 thumbprint of the key it is sealed for"})
    epk = fields.String(metadata={"description": "The ephemeral public key, an uncompressed P-256 point"})
    iv = fields.String(metadata={"description": "12 bytes"})
    ct = fields.String(metadata={"description": "The encrypted entry with its tag"})


class SealedSchema(Schema):
    """A batch of sealed entries."""

    items = fields.List(fields.Nested(SealedItemSchema), required=True, validate=validate.Length(max=pushing.MAX_BATCH))


class JwkSchema(Schema):
    """A public key (RFC 7517)."""

    crv = fields.String(required=True)
    kty = fields.String(required=True)
    x = fields.String(required=True)
    y = fields.String(required=True)


class SealingKeySchema(Schema):
    """The key that a tablet seals for."""

    kid = fields.String(required=True)
    jwk = fields.Nested(JwkSchema, required=True)


class TermsSchema(Schema):
    """What a tablet keeps to."""

    schema = fields.Integer(required=True)
    lease_hours = fields.Integer(required=True, metadata={"description": "Without a contact for so long it locks"})
    wipe_days = fields.Integer(required=True, metadata={"description": "Without a contact for so long it wipes"})
    auto_lock_minutes = fields.Integer(required=True)
    sealing_key = fields.Nested(SealingKeySchema, required=True)
    server_time = fields.String(required=True, metadata={"format": "date-time"})
    events = fields.Boolean(required=True, metadata={"description": "Whether GET /sync/events is there"})
