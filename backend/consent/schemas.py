"""What the edges take and give for consents."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.consent.rules import CHANNELS, PURPOSES
from backend.core.schemas import Identifier, Moment, Schema, Text

_MAX_EVIDENCE = 20


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
    evidence = fields.Dict(keys=fields.String(), allow_none=True, validate=validate.Length(max=_MAX_EVIDENCE))

    @validates_schema
    def _names_its_channel(self, data: dict[str, Any], **_options: object) -> None:
        if data.get("purpose") == "marketing" and data.get("granted") and not data.get("channel"):
            raise ValidationError({"channel": ["A consent to marketing names its channel."]})
        if data.get("lifts") and not data.get("granted"):
            raise ValidationError({"lifts": ["Only a grant lifts a refusal."]})


class ConsentData(StatementData):
    """What a customer said about one purpose (`consent.record`)."""

    customer_id = Identifier(required=True)


class EntrySchema(Schema):
    """A line of the ledger."""

    id = fields.String()
    purpose = fields.String()
    channel = fields.String(allow_none=True)
    sender = fields.String(attribute="sender.code", allow_none=True)
    night = fields.Boolean()
    granted = fields.Boolean()
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


class WordingSchema(Schema):
    """The words shown for a consent."""

    version = fields.String()
    purpose = fields.String()
    text_ko = fields.String()
    text_en = fields.String()


class WordingsSchema(Schema):
    """Every registered wording."""

    items = fields.List(fields.Nested(WordingSchema))
