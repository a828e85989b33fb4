"""What the edges take and give for imports at the desk."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import Moment, Schema, Text
from backend.unify.files.encoding import ENCODINGS
from backend.unify.files.runs import SOURCE
from backend.unify.files.targets import ALL_FIELDS, ALL_KEYS, KINDS

STATES = ("waiting", "running", "undoing", "finished", "undone", "failed", "stopped")
_COLUMNS = 500


class UploadArgs(Schema):
    """What a file is called, and what its rows are. The body is the file itself."""

    name = Text(max_length=255, required=True)
    kind = fields.String(load_default="members", validate=validate.OneOf(KINDS))


class LookArgs(Schema):
    """How to look at a file: as its headings, values and profiles suggest unless said otherwise."""

    encoding = fields.String(load_default=None, validate=validate.OneOf(ENCODINGS))
    sheet = Text(max_length=120, load_default=None)
    profile = Text(max_length=80, load_default=None)


class ImportColumnSchema(Schema):
    """A column: its heading, first values, and the field that it seems to be; `by` says why."""

    heading = fields.String(required=True)
    samples = fields.List(fields.String(), required=True)
    field = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True, validate=validate.OneOf(["heading", "values", "profile"]))
    confidence = fields.Integer(required=True)


class ImportFileSchema(Schema):
    """A file as it is read: encoding, sheets, columns with the suggested mapping, and profiles that fit."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    uploaded_at = Moment(required=True)
    encoding = fields.String(required=True, allow_none=True)
    damaged = fields.Boolean(required=True)
    described = fields.String(required=True)
    sheet = fields.String(required=True, allow_none=True)
    sheets = fields.List(fields.String(), required=True)
    columns = fields.List(fields.Nested(ImportColumnSchema), required=True)
    lines = fields.List(fields.Integer(), required=True)
    fields_known = fields.List(fields.String(), required=True, data_key="fields")
    keys = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    key = fields.String(required=True, allow_none=True)
    profile = fields.String(required=True, allow_none=True)
    profiles = fields.List(fields.String(), required=True)


class ImportAskData(Schema):
    """How a file is to be read: for each column, in order, its field or null."""

    columns = fields.List(
        fields.String(allow_none=True, validate=validate.OneOf(ALL_FIELDS)),
        required=True,
        validate=validate.Length(min=1, max=_COLUMNS),
    )
    key = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(ALL_KEYS))
    source = Text(max_length=40, load_default=SOURCE)
    encoding = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(ENCODINGS))
    sheet = Text(max_length=120, load_default=None, allow_none=True)
    keep_going_fields = fields.Boolean(load_default=False)
    dry_run = fields.Boolean(load_default=False)
    save_profile = Text(max_length=80, load_default=None, allow_none=True)


class ImportRunSchema(Schema):
    """An import or a check: how far it is, what it came to, and why it stopped or was not undone."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    file = fields.String(required=True)
    dry_run = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    stopping = fields.Boolean(required=True)
    upload_id = fields.String(required=True, allow_none=True)
    can_resume = fields.Boolean(required=True)
    staff = fields.String(required=True, allow_none=True)
    lines_done = fields.Integer(required=True)
    fraction = fields.Float(required=True)
    rate = fields.Integer(required=True, allow_none=True)
    seconds_left = fields.Integer(required=True, allow_none=True)
    created = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    repeated = fields.Integer(required=True)
    bad = fields.Integer(required=True)
    problems = fields.Integer(required=True)
    failure = fields.String(required=True, allow_none=True)
    failure_detail = fields.String(required=True, allow_none=True)
    started_at = Moment(required=True)
    finished_at = Moment(required=True, allow_none=True)
    undone_at = Moment(required=True, allow_none=True)


class ImportRunPage(Schema):
    """A page of imports, the newest first."""

    items = fields.List(fields.Nested(ImportRunSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class RunListArgs(PageArgs):
    """Which imports: what their rows are."""

    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))


class ImportProblemSchema(Schema):
    """A row, or a cell, that could not be used; `reason` in the language that was asked for."""

    id = fields.String(required=True)
    line = fields.Integer(required=True)
    heading = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)


class ImportProblemPage(Schema):
    """A page of problems, in the order of the file."""

    items = fields.List(fields.Nested(ImportProblemSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ImportProfileData(Schema):
    """A mapping to keep: {heading of a column: field}."""

    kind = fields.String(load_default="members", validate=validate.OneOf(KINDS))
    columns = fields.Dict(
        keys=Text(max_length=255),
        values=fields.String(validate=validate.OneOf(ALL_FIELDS)),
        required=True,
        validate=validate.Length(min=1, max=_COLUMNS),
    )


class ImportProfileSchema(Schema):
    """A mapping that was kept."""

    name = fields.String(required=True)
    kind = fields.String(required=True)
    columns = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    updated_at = Moment(required=True)


class ImportProfilePage(Schema):
    """A page of profiles, by name."""

    items = fields.List(fields.Nested(ImportProfileSchema), required=True)
    next = fields.String(required=True, allow_none=True)
