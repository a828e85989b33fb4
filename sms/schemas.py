"""What the edges take and give for templates and texts."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text
from backend.delivery import VerdictSchema
from sms import liquid_text, templates
from sms.costs import MILLION, WAYS
from sms.models import STATES
from sms.variants import LANGUAGES

_BODY = Text(max_length=liquid_text.LONGEST_BODY, multiline=True, required=True)
_ENCODINGS = ("GSM-7", "UCS-2")


class NewTemplateSchema(Schema):
    """A template to add."""

    name = Text(max_length=80, required=True)
    title = Text(max_length=120, blank=True, load_default=None)
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    purpose = fields.String(required=True, validate=validate.OneOf(templates.PURPOSES))
    one_to_one = fields.Boolean(load_default=True, metadata={"description": "Whether the floor may choose it"})
    body = _BODY


class TemplateChangeSchema(Schema):
    """A new version. Name, language and purpose of a template stay."""

    title = Text(max_length=120, blank=True, load_default=None)
    one_to_one = fields.Boolean(load_default=None, allow_none=True)
    body = _BODY


class TemplateSchema(Schema):
    """A template with its newest body; `approved_version` is what is sent, null before the first approval."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    purpose = fields.String(required=True, validate=validate.OneOf(templates.PURPOSES))
    one_to_one = fields.Boolean(required=True)
    body = fields.Function(templates.body_of, required=True, metadata={"type": "string"})
    body_in_use = fields.String(required=True, allow_none=True, metadata={"description": "What is sent"})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = fields.Integer(attribute="newest", required=True)
    approved_version = fields.Integer(attribute="approved", required=True, allow_none=True)
    written_by = fields.Function(
        lambda found: found.versions[-1].written_by,
        required=True,
        metadata={"type": ["string", "null"], "description": "Who wrote the newest version and cannot approve it"},
    )
    remark = fields.Function(
        lambda found: found.versions[-1].remark,
        required=True,
        metadata={"type": ["string", "null"], "description": "Why the newest version was sent back"},
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)


class TemplatePage(Schema):
    """A page of templates."""

    items = fields.List(fields.Nested(TemplateSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class TemplateListArgs(PageArgs):
    """Which templates."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    name = fields.String(load_default=None, metadata={"description": "All languages of one template"})


class VersionRead(Schema):
    """The version that whoever decides has read; when there is a newer one nothing happens."""

    version = fields.Integer(required=True, strict=True)


class SendBackSchema(VersionRead):
    """What is to be changed."""

    remark = Text(max_length=400, required=True)


class TemplateVersionSchema(Schema):
    """One version; people are told by name, null for the system."""

    number = fields.Integer(required=True)
    body = fields.String(required=True)
    in_use = fields.Boolean(required=True, metadata={"description": "What is sent"})
    restored_from = fields.Integer(required=True, allow_none=True)
    written_at = Moment(required=True)
    written_by = fields.String(required=True, allow_none=True)
    asked_at = Moment(required=True, allow_none=True)
    asked_by = fields.String(required=True, allow_none=True)
    sent_back_at = Moment(required=True, allow_none=True)
    sent_back_by = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)
    approved_at = Moment(required=True, allow_none=True)
    approved_by = fields.String(required=True, allow_none=True)


class TemplateVersionList(Schema):
    """Every version, the newest first."""

    items = fields.List(fields.Nested(TemplateVersionSchema), required=True)


class PriceSchema(Schema):
    """What one segment, SMS or LMS costs, in millionths of the currency's main unit (₩9.9 are 9,900,000)."""

    way = fields.String(required=True, validate=validate.OneOf(WAYS))
    country = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{2}$", error="Two capital letters."))
    micros = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=1_000 * MILLION * MILLION))
    currency = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{3}$", error="Three capital letters."))


class PriceList(Schema):
    """All prices."""

    items = fields.List(fields.Nested(PriceSchema), required=True, validate=validate.Length(max=100))


class TestTextSchema(Schema):
    """A test text: a body, and the writer's own phone."""

    body = _BODY
    purpose = fields.String(required=True, validate=validate.OneOf(templates.PURPOSES))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    phone = Text(max_length=30, required=True)
    own = fields.Boolean(
        required=True,
        validate=validate.OneOf([True], error="Confirm that this phone is your own."),
        metadata={"description": "That the phone is the writer's own"},
    )


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
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    customer_id = Identifier(load_default=None, allow_none=True)


class EucKrProblemSchema(Schema):
    """A character that Korean carriers do not pass; `index` counts code points of `text`; "" means leave it out."""

    char = fields.String(required=True)
    index = fields.Integer(required=True)
    suggestion = fields.String(required=True, allow_none=True)


class CostSchema(Schema):
    """What the text costs by one way, in millionths of the currency's main unit; null without a price.

    `units` is what is paid for, `size` what they are counted from: septets or UTF-16 units, at a relay bytes. `passes`
    is false when this way cannot carry the text.
    """

    way = fields.String(required=True, validate=validate.OneOf(WAYS))
    country = fields.String(required=True)
    units = fields.Integer(required=True)
    size = fields.Integer(required=True)
    currency = fields.String(required=True, allow_none=True)
    each = fields.Integer(required=True, allow_none=True)
    thousand = fields.Integer(required=True, allow_none=True)
    passes = fields.Boolean(required=True)


class FaultSchema(Schema):
    """What is wrong with a body, and where: line and column from 1, null when it is not about one place."""

    sentence = fields.String(required=True)
    line = fields.Integer(required=True, allow_none=True)
    column = fields.Integer(required=True, allow_none=True)


class PreviewedSchema(Schema):
    """What a body would become. With `errors` the text is empty. `units`: septets (GSM-7) or UTF-16 units (UCS-2).

    `before` and `after` are what the law adds around the words; `empty` names fields that the customer lacks.
    """

    text = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)
    characters = fields.Integer(required=True)
    euc_kr_bytes = fields.Integer(required=True)
    costs = fields.List(fields.Nested(CostSchema), required=True)
    advert_words = fields.List(
        fields.String(), required=True, metadata={"description": "Words of a service text that read like advertising"}
    )
    faults = fields.List(fields.Nested(FaultSchema), required=True)
    empty = fields.List(fields.String(), required=True)
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
