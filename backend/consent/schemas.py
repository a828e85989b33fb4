"""What the edges take and give for consents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from marshmallow import ValidationError, fields, validate, validates_schema

from backend.consent.reasons import CODES, LANGUAGES, reason_text
from backend.consent.rules import CHANNELS, PURPOSES, WITH_RECIPIENT
from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text, whole_number

if TYPE_CHECKING:
    from backend.consent.rules import Permission

STATES = ("draft", "published", "retired")
_MAX_EVIDENCE = 20
_LONGEST_WORDING = 4_000
_MAX_PATH = 12_000
# Moves and lines in whole units, as a finger draws them: "M12 40l3 1l2 4".
_PATH = re.compile(r"(?:[Ml]-?\d{1,5} -?\d{1,5})+")
_RELATIONS = ("mother", "father", "guardian")
_VERIFIED = ("id_document", "family_certificate", "phone", "in_person")


class SignatureData(Schema):
    """A signature drawn with a finger: an SVG path in a box of `width` by `height`."""

    width = whole_number(minimum=1, required=True)
    height = whole_number(minimum=1, required=True)
    path = fields.String(
        required=True,
        validate=validate.And(
            validate.Length(max=_MAX_PATH), validate.Regexp(_PATH.pattern + r"\Z", error="This is no drawn signature.")
        ),
    )


class GuardianData(Schema):
    """Who consented for a child, and how that was made sure."""

    name = Text(max_length=120, required=True)
    relation = fields.String(required=True, validate=validate.OneOf(_RELATIONS))
    phone = Text(max_length=40, required=True)
    verified = fields.String(required=True, validate=validate.OneOf(_VERIFIED))


class StatementData(Schema):
    """What a person said about one purpose, without saying who it was (inside `customer.register`)."""

    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    channel = fields.String(validate=validate.OneOf(CHANNELS), allow_none=True)
    sender = Text(max_length=40, blank=True, metadata={"description": "Code of the business unit that may send"})
    recipient = Text(max_length=120, blank=True)
    language = fields.String(validate=validate.OneOf(("ko", "en", "zh", "ja")), allow_none=True)
    night = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    granted = fields.Boolean(required=True, truthy={True}, falsy={False})
    lifts = Identifier(allow_none=True)
    wording_version = Text(max_length=40, required=True)
    occurred_at = Moment(required=True)
    evidence = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        validate=validate.Length(max=_MAX_EVIDENCE),
        metadata={"description": "How it was said: `method` (tick, signature, paper, spoken), `signature`, `guardian`"},
    )

    @validates_schema
    def _names_its_channel(self, data: dict[str, Any], **_options: object) -> None:
        if data.get("purpose") == "marketing" and data.get("granted") and not data.get("channel"):
            raise ValidationError({"channel": ["A consent to marketing names its channel."]})
        if data.get("lifts") and not data.get("granted"):
            raise ValidationError({"lifts": ["Only a grant lifts a refusal."]})

    @validates_schema
    def _shows_whole_evidence(self, data: dict[str, Any], **_options: object) -> None:
        evidence = data.get("evidence") or {}
        for name, schema in (("signature", SignatureData()), ("guardian", GuardianData())):
            wrong = schema.validate(evidence[name]) if evidence.get(name) is not None else {}
            if wrong:
                raise ValidationError({"evidence": {name: wrong}})


class ConsentData(StatementData):
    """What a customer said about one purpose (`consent.record`)."""

    customer_id = Identifier(required=True)


class EntrySchema(Schema):
    """A line of the ledger."""

    id = fields.String()
    purpose = fields.String()
    channel = fields.String(allow_none=True)
    sender = fields.String(attribute="sender.code", allow_none=True)
    recipient = fields.String(allow_none=True)
    night = fields.Boolean()
    granted = fields.Boolean()
    guardian = fields.Boolean(metadata={"description": "Whether a guardian consented for a child"})
    lifts = fields.String(attribute="lifts_id", allow_none=True)
    wording_version = fields.String()
    occurred_at = Moment()
    recorded_at = Moment()


class StateSchema(Schema):
    """What stands for marketing texts of the caller's business unit."""

    granted = fields.Boolean()
    night = fields.Boolean()
    refused = fields.Boolean()
    granted_at = Moment(allow_none=True)
    refusal_id = fields.String(allow_none=True, metadata={"description": "What a new grant has to name to lift it"})


class ConsentsSchema(Schema):
    """A customer's consents: the newest statements first, and what they add up to by sender."""

    items = fields.List(fields.Nested(EntrySchema))
    marketing_sms = fields.Dict(keys=fields.String(), values=fields.Nested(StateSchema))


class PermissionSchema(Schema):
    """Whether one matter is permitted, and why. `reason` is a stable code, `reason_text` says it for the reader."""

    purpose = fields.String(attribute="permission.matter.purpose", required=True)
    channel = fields.String(attribute="permission.matter.channel", required=True, allow_none=True)
    sender = fields.Function(
        lambda item: item["sender"].code if item["sender"] else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    sender_name = fields.Function(
        lambda item: item["sender"].name if item["sender"] else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    sender_name_latin = fields.Function(
        lambda item: item["sender"].name_latin if item["sender"] else None,
        required=True,
        metadata={"type": ["string", "null"]},
    )
    recipient = fields.String(attribute="permission.matter.recipient", required=True, allow_none=True)
    night = fields.Boolean(attribute="permission.matter.night", required=True)
    allowed = fields.Boolean(attribute="permission.allowed", required=True)
    reason = fields.String(attribute="permission.reason", required=True, validate=validate.OneOf(sorted(CODES)))
    reason_text = fields.Function(
        lambda item: _reason_text(item["permission"]), required=True, metadata={"type": "string"}
    )
    entry = fields.String(attribute="permission.entry_id", required=True, allow_none=True)
    since = Moment(attribute="permission.since", required=True, allow_none=True)
    until = Moment(attribute="permission.until", required=True, allow_none=True)
    refusals = fields.List(
        fields.String(),
        attribute="permission.refusals",
        required=True,
        metadata={"description": "What stands against it; a new grant lifts one by naming it"},
    )


class PermissionsSchema(Schema):
    """What may be done with a customer's data and said to her, by purpose, channel, hour and sender."""

    items = fields.List(fields.Nested(PermissionSchema), required=True)
    under_14 = fields.Boolean(required=True)


def _reason_text(permission: Permission) -> str:
    language = request.accept_languages.best_match(LANGUAGES, "ko") if has_request_context() else "ko"
    return reason_text(permission.reason, language or "ko")


class WordingData(Schema):
    """A wording as somebody writes it."""

    purpose = fields.String(required=True, validate=validate.OneOf(PURPOSES))
    channel = fields.String(load_default=None, validate=validate.OneOf(CHANNELS), allow_none=True)
    night = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    recipient = Text(max_length=120, blank=True, load_default=None)
    text_ko = Text(max_length=_LONGEST_WORDING, multiline=True, required=True)
    text_en = Text(max_length=_LONGEST_WORDING, multiline=True, required=True)
    text_zh = Text(max_length=_LONGEST_WORDING, multiline=True, blank=True, load_default=None)
    text_ja = Text(max_length=_LONGEST_WORDING, multiline=True, blank=True, load_default=None)

    @validates_schema
    def _is_of_one_matter(self, data: dict[str, Any], **_options: object) -> None:
        marketing, named = data.get("purpose") == "marketing", data.get("purpose") in WITH_RECIPIENT
        if marketing != bool(data.get("channel")):
            raise ValidationError({"channel": ["Marketing has a channel, and nothing else has."]})
        if data.get("night") and data.get("channel") not in {"sms", "push"}:
            raise ValidationError({"night": ["Texts and notifications are agreed to for the night, nothing else is."]})
        if named != bool(data.get("recipient")):
            raise ValidationError({"recipient": ["Who receives data is named, where somebody does."]})


class WordingSchema(Schema):
    """The words shown for a consent."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    purpose = fields.String(required=True)
    channel = fields.String(required=True, allow_none=True)
    night = fields.Boolean(required=True)
    recipient = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    text_ko = fields.String(required=True)
    text_en = fields.String(required=True)
    text_zh = fields.String(required=True, allow_none=True)
    text_ja = fields.String(required=True, allow_none=True)
    written_by = fields.String(required=True, allow_none=True, metadata={"description": "Who publishes is another one"})
    written_at = Moment(required=True)
    published_at = Moment(required=True, allow_none=True)
    retired_at = Moment(required=True, allow_none=True)


class WordingArgs(PageArgs):
    """Which wordings."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class WordingsSchema(Schema):
    """A page of wordings."""

    items = fields.List(fields.Nested(WordingSchema), required=True)
    next = fields.String(required=True, allow_none=True)
