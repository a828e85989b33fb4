"""What the edges take and give for templates and texts."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text
from backend.delivery import VerdictSchema
from sms import liquid_text, templates

_BODY = Text(max_length=liquid_text.LONGEST_BODY, multiline=True, required=True)
_ENCODINGS = ("GSM-7", "UCS-2")


class NewTemplateSchema(Schema):
    """A template to add."""

    name = Text(max_length=80, required=True)
    title = Text(max_length=120, blank=True, load_default=None)
    language = fields.String(required=True, validate=validate.OneOf(templates.LANGUAGES))
    purpose = fields.String(required=True, validate=validate.OneOf(templates.PURPOSES))
    body = _BODY


class TemplateChangeSchema(Schema):
    """A new version. Name, language and purpose of a template stay."""

    title = Text(max_length=120, blank=True, load_default=None)
    body = _BODY


class TemplateSchema(Schema):
    """A template with its newest body; `approved_version` is what is sent, null before the first approval."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    purpose = fields.String(required=True, validate=validate.OneOf(templates.PURPOSES))
    body = fields.Function(templates.body_of, required=True, metadata={"type": "string"})
    state = fields.String(required=True, validate=validate.OneOf(["draft", "approved", "retired"]))
    version = fields.Integer(attribute="newest", required=True)
    approved_version = fields.Integer(attribute="approved", required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class TemplatePage(Schema):
    """A page of templates."""

    items = fields.List(fields.Nested(TemplateSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class TemplateListArgs(PageArgs):
    """Which templates."""

    state = fields.String(load_default=None, validate=validate.OneOf(["draft", "approved", "retired"]))


class FieldSchema(Schema):
    """A named field that templates may use; a `given` one is filled in by whoever sends."""

    name = fields.String(required=True)
    label_ko = fields.String(required=True)
    label_en = fields.String(required=True)
    source = fields.String(required=True, validate=validate.OneOf(["known", "given"]))
    sample_ko = fields.String(required=True)
    sample_en = fields.String(required=True)


class FieldList(Schema):
    """All fields."""

    items = fields.List(fields.Nested(FieldSchema), required=True)


class PreviewSchema(Schema):
    """A body to try out, on a customer or on samples."""

    # Not `Text`: a half-written body is answered with its faults, not refused.
    body = fields.String(required=True, validate=validate.Length(max=10_000))
    purpose = fields.String(required=True, validate=validate.OneOf(templates.PURPOSES))
    language = fields.String(required=True, validate=validate.OneOf(templates.LANGUAGES))
    customer_id = Identifier(load_default=None, allow_none=True)


class EucKrProblemSchema(Schema):
    """A character that Korean carriers do not pass; `index` counts code points of `text`; "" means leave it out."""

    char = fields.String(required=True)
    index = fields.Integer(required=True)
    suggestion = fields.String(required=True, allow_none=True)


class PreviewedSchema(Schema):
    """What a body would become. With `errors` the text is empty. `units`: septets (GSM-7) or UTF-16 units (UCS-2)."""

    text = fields.String(required=True)
    encoding = fields.String(required=True, validate=validate.OneOf(_ENCODINGS))
    segments = fields.Integer(required=True)
    units = fields.Integer(required=True)
    euc_kr_problems = fields.List(fields.Nested(EucKrProblemSchema), required=True)
    errors = fields.List(fields.String(), required=True)


class TextWishSchema(Schema):
    """A text asked for: `template` by name or id, and values for the fields that the sender fills in."""

    template = Text(max_length=80, required=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.Raw(), data_key="fields", attribute="fields", load_default=dict
    )


class TextPreviewSchema(Schema):
    """The text as it would go out, and whether it may."""

    text = fields.String(required=True)
    verdict = fields.Nested(VerdictSchema, required=True)
    segments = fields.Integer(required=True)
    encoding = fields.String(required=True, validate=validate.OneOf(_ENCODINGS))
