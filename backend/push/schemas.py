"""What the edges take and give for pushes."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, validate

from backend.core.schemas import Moment, Schema, Text
from backend.push.rules import LONGEST_ENDPOINT

_LANGUAGES = validate.OneOf(["ko", "en"])
_SURFACES = validate.OneOf(["floor", "desk"])
_TIME = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", error="This must be a time of day as HH:MM.")
_MOST_KINDS = 50


def _zone(name: str) -> None:
    if name not in available_timezones():
        message = "This is no IANA time zone."
        raise ValidationError(message)


class SubscribeData(Schema):
    """A browser's subscription as its push service gave it, keys in base64url; `replaces` is the endpoint before it."""

    endpoint = Text(required=True, max_length=LONGEST_ENDPOINT)
    p256dh = Text(required=True, max_length=100)
    auth = Text(required=True, max_length=40)
    surface = fields.String(required=True, validate=_SURFACES)
    language = fields.String(required=True, validate=_LANGUAGES)
    replaces = Text(max_length=LONGEST_ENDPOINT, load_default=None, allow_none=True)


class SubscriptionSchema(Schema):
    """A browser by which one is told. `fingerprint` is the SHA-256 of its endpoint, in hexadecimal."""

    id = fields.String(required=True)
    fingerprint = fields.String(required=True)
    surface = fields.String(required=True, validate=_SURFACES)
    language = fields.String(required=True)
    created_at = Moment(required=True)
    seen_at = Moment(required=True)
    told_at = Moment(required=True, allow_none=True)


class PushWishData(Schema):
    """What one does not want to be told (`muted`), and between which times of day nothing at all."""

    muted = fields.List(fields.String(), required=True, validate=validate.Length(max=_MOST_KINDS))
    quiet_from = fields.String(required=True, allow_none=True, validate=_TIME)
    quiet_until = fields.String(required=True, allow_none=True, validate=_TIME)
    time_zone = fields.String(required=True, validate=_zone)


class PushKindSchema(Schema):
    """Something that one can be told, and whether one wants to be."""

    name = fields.String(required=True)
    on = fields.Boolean(required=True)


class PushFaultSchema(Schema):
    """A push service that refuses what this server sends; shown to admins."""

    service = fields.String(required=True)
    reason = fields.String(required=True)
    reason_text = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    since = Moment(required=True)
    count = fields.Integer(required=True)


class PushUnseenSchema(Schema):
    """How much of a kind one has not seen."""

    kind = fields.String(required=True)
    count = fields.Integer(required=True)


class PushStateSchema(Schema):
    """How things are with pushes for whoever asks. `key` is what a browser subscribes with; null: push is off here."""

    key = fields.String(required=True, allow_none=True)
    kinds = fields.List(fields.Nested(PushKindSchema), required=True)
    quiet_from = fields.String(required=True, allow_none=True)
    quiet_until = fields.String(required=True, allow_none=True)
    time_zone = fields.String(required=True, allow_none=True)
    subscriptions = fields.List(fields.Nested(SubscriptionSchema), required=True)
    unseen = fields.List(fields.Nested(PushUnseenSchema), required=True)
    faults = fields.List(fields.Nested(PushFaultSchema), required=True)


class PushSeenData(Schema):
    """Which kinds one has seen."""

    kinds: Any = fields.List(fields.String(), required=True, validate=validate.Length(min=1, max=_MOST_KINDS))
