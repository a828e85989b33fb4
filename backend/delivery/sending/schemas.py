"""What the edges give of sending, and take."""

from __future__ import annotations

from typing import Any, Final

from flask import has_request_context, request
from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema, Text
from backend.delivery.reasons import LANGUAGES, reason_text

CHANNELS: Final = ("sms", "push")
BATCH_STATES: Final = ("running", "paused", "canceled", "done")
_NULLABLE: Final[dict[str, Any]] = {"type": ["string", "null"]}


def _sentence(code: str | None) -> str | None:
    if code is None:
        return None
    language = request.accept_languages.best_match(LANGUAGES, "ko") if has_request_context() else "ko"
    return reason_text(code, language or "ko")


def _seconds_left(each: dict[str, Any]) -> int | None:
    if each["batch"].state != "running" or not each["left"] or not each["per_minute"]:
        return None
    left: int = each["left"] * 60 // each["per_minute"]
    return left


class StoppedSchema(Schema):
    """A channel that is stopped; `*` is all of them."""

    channel = fields.String(attribute="switch.channel", required=True)
    note = fields.String(attribute="switch.note", required=True, allow_none=True)
    stopped_at = Moment(attribute="switch.stopped_at", required=True)
    by = fields.String(required=True, allow_none=True, metadata={"description": "Name of who stopped it"})


class LaneSchema(Schema):
    """How fast a sender may be on a channel. `rate`: segments a second, null where nothing limits it."""

    channel = fields.String(attribute="lane.channel", required=True)
    sender = fields.String(required=True, allow_none=True, metadata={"description": "Code of the business unit"})
    rate = fields.Float(attribute="lane.rate", required=True, allow_none=True)
    burst = fields.Float(attribute="lane.burst", required=True)
    paused_at = Moment(attribute="lane.paused_at", required=True, allow_none=True)
    reason = fields.String(attribute="lane.reason", required=True, allow_none=True)
    reason_text = fields.Function(lambda each: _sentence(each["lane"].reason), required=True, metadata=_NULLABLE)
    by = fields.String(required=True, allow_none=True, metadata={"description": "Who paused it; null: it did itself"})


class SenderSchema(Schema):
    """A business unit that may send."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)


class BatchSchema(Schema):
    """Messages that were put in together: how far they are, and whether they go on."""

    id = fields.String(attribute="batch.id", required=True)
    name = fields.String(attribute="batch.name", required=True)
    channel = fields.String(attribute="batch.channel", required=True)
    purpose = fields.String(attribute="batch.purpose", required=True)
    sender = fields.String(required=True, allow_none=True, metadata={"description": "Code of the business unit"})
    state = fields.String(attribute="batch.state", required=True, validate=validate.OneOf(BATCH_STATES))
    reason = fields.String(attribute="batch.reason", required=True, allow_none=True)
    reason_text = fields.Function(lambda each: _sentence(each["batch"].reason), required=True, metadata=_NULLABLE)
    by = fields.String(required=True, allow_none=True, metadata={"description": "Who paused it; null: it did itself"})
    paused_at = Moment(attribute="batch.paused_at", required=True, allow_none=True)
    created_at = Moment(attribute="batch.created_at", required=True)
    not_after = Moment(attribute="batch.not_after", required=True, allow_none=True)
    filled = fields.Function(lambda each: each["batch"].total is not None, required=True, metadata={"type": "boolean"})
    size = fields.Integer(required=True, metadata={"description": "Messages in it so far"})
    left = fields.Integer(required=True, metadata={"description": "Of these, not handed over yet"})
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    per_minute = fields.Integer(required=True, metadata={"description": "Handed over within the last minute"})
    seconds_left = fields.Function(_seconds_left, required=True, metadata={"type": ["integer", "null"]})


class UnknownCountSchema(Schema):
    """Messages of unknown outcome: those still looked for, and those that nobody will know about."""

    sought = fields.Integer(required=True)
    final = fields.Integer(required=True)


class SendingSchema(Schema):
    """All that steers sending, and how far it is."""

    stopped = fields.List(fields.Nested(StoppedSchema), required=True)
    lanes = fields.List(fields.Nested(LaneSchema), required=True)
    senders = fields.List(fields.Nested(SenderSchema), required=True)
    batches = fields.List(fields.Nested(BatchSchema), required=True)
    # Not `unknown`: marshmallow has an option of this name.
    doubtful = fields.Nested(UnknownCountSchema, required=True)


class StopData(Schema):
    """What to stop: a channel, or with null all of them; and why."""

    channel = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(CHANNELS))
    note = Text(max_length=200, blank=True, load_default=None)


class StartData(Schema):
    """What goes on: a channel, or with null what was stopped as a whole."""

    channel = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(CHANNELS))


class LaneKeyData(Schema):
    """Which lane: a channel and the code of a business unit, null for what nobody in particular sends."""

    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    sender = fields.String(required=True, allow_none=True)


class RateData(LaneKeyData):
    """How fast a sender may be: segments a second, null for no limit, and how many at once."""

    rate = fields.Float(required=True, allow_none=True, validate=validate.Range(0.1, 10_000))
    burst = fields.Float(load_default=None, allow_none=True, validate=validate.Range(1, 100_000))
