"""What the edges take and give for the register of senders."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.schemas import Identifier, Moment, Schema, Text
from sms.routing import rules


class SenderNumberData(Schema):
    """A number that was registered. `replaces`: the entry that this one corrects, which ends with it."""

    business_unit = Text(max_length=40, required=True)
    provider = Text(max_length=20, required=True)
    number = Text(max_length=40, required=True)
    registered_on = fields.Date(format="iso", required=True)
    valid_until = fields.Date(format="iso", allow_none=True, load_default=None)
    note = Text(max_length=400, blank=True, load_default=None)
    replaces = Identifier(allow_none=True, load_default=None)


class CertificateData(Schema):
    """A certificate (전송자격인증) of whoever hands texts in behind a provider. `replaces`: as with numbers."""

    provider = Text(max_length=20, required=True)
    holder = Text(max_length=120, required=True)
    number = Text(max_length=60, required=True)
    valid_until = fields.Date(format="iso", required=True)
    note = Text(max_length=400, blank=True, load_default=None)
    replaces = Identifier(allow_none=True, load_default=None)


class SenderNumberSchema(Schema):
    """An entry for a number; `ended_at` says that it counts no longer."""

    id = fields.String(required=True)
    business_unit_id = fields.String(required=True)
    provider = fields.String(required=True)
    number = fields.String(required=True)
    registered_on = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    replaces_id = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(rules.STATES))


class CertificateSchema(Schema):
    """An entry for a certificate; `ended_at` says that it counts no longer."""

    id = fields.String(required=True)
    provider = fields.String(required=True)
    holder = fields.String(required=True)
    number = fields.String(required=True)
    valid_until = fields.Date(required=True)
    note = fields.String(required=True, allow_none=True)
    replaces_id = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(rules.STATES))


class SenderCheckSchema(Schema):
    """A line of a unit's checklist. `provider` is null for what does not depend on one; `until` is its last day."""

    what = fields.String(required=True, validate=validate.OneOf(rules.WHATS))
    state = fields.String(required=True, validate=validate.OneOf(rules.STATES))
    provider = fields.String(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)


class SenderStandingSchema(Schema):
    """How a business unit stands. `ready`: its commercial texts may go out, as far as the register goes."""

    business_unit_id = fields.String(attribute="unit.id", required=True)
    business_unit = fields.String(attribute="unit.code", required=True)
    name = fields.String(attribute="unit.name", required=True)
    name_latin = fields.String(attribute="unit.name_latin", required=True, allow_none=True)
    ready = fields.Boolean(required=True)
    items = fields.List(fields.Nested(SenderCheckSchema), required=True)


class TextProviderSchema(Schema):
    """A provider of texts."""

    name = fields.String(required=True)
    title = fields.String(required=True)


class SenderTurnSchema(Schema):
    """Who is asked in a country ("*": all others), in turn."""

    country = fields.String(required=True)
    providers = fields.List(fields.String(), required=True)


class SenderRegisterSchema(Schema):
    """The register of senders: what counts, then what has ended."""

    providers = fields.List(fields.Nested(TextProviderSchema), required=True)
    turns = fields.List(fields.Nested(SenderTurnSchema), required=True)
    units = fields.List(fields.Nested(SenderStandingSchema), required=True)
    sender_numbers = fields.List(fields.Nested(SenderNumberSchema), required=True)
    certificates = fields.List(fields.Nested(CertificateSchema), required=True)
