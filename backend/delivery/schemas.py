"""What the edges give for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import has_request_context, request
from marshmallow import fields, validate

from backend.core import clock
from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text
from backend.delivery.models import CONSENT_NOTICES
from backend.delivery.reasons import LANGUAGES, reason_text
from backend.delivery.rules import Allowed, Held
from backend.delivery.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from backend.delivery.models import Message
    from backend.delivery.rules import Verdict

TOLD_HOW: Final = ("in_person", "call", "post", "email")
_TIMED: Final = frozenset(
    {
        "night",
        "throttled",
        "provider_unreachable",
        "after_complaint",
        "after_return",
        "cap_day",
        "cap_week",
        "cap_month",
        "quiet_hours",
        "gathered",
        "push_busy",
        "push_unreachable",
    }
)
"""Reasons that pass by themselves at a known time; the others are only looked at again."""


class MessageSchema(Schema):
    """A message and where it is. `reason` is a stable code, `reason_text` says it in the reader's language."""

    id = fields.String(required=True)
    customer_id = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True)
    template = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True, validate=validate.OneOf(["commercial", "service"]))
    body = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(State)))
    reason = fields.String(required=True, allow_none=True)
    reason_text = fields.Function(
        lambda message: _reason_text(message.reason), required=True, metadata={"type": ["string", "null"]}
    )
    until = fields.Function(
        lambda message: _moment(until(message)), required=True, metadata={"type": ["string", "null"]}
    )
    segments = fields.Integer(attribute="size", required=True)
    created_at = Moment(required=True)
    sent_at = Moment(required=True, allow_none=True)
    delivered_at = Moment(required=True, allow_none=True)
    opened_at = Moment(required=True, allow_none=True, metadata={"description": "When a link in it was first opened"})


class MessagePage(Schema):
    """A page of messages."""

    items = fields.List(fields.Nested(MessageSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class MessageListArgs(PageArgs):
    """Which messages."""

    customer = Identifier(load_default=None)


class NoticedSchema(Schema):
    """Whom a notice is owed to."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class NoticeSchema(Schema):
    """What somebody is to be told about a consent of hers, by when, and what became of it."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(CONSENT_NOTICES))
    customer_id = fields.String(required=True)
    channel = fields.String(required=True, allow_none=True)
    night = fields.Boolean(required=True)
    granted = fields.Boolean(required=True)
    entry_id = fields.String(required=True)
    said_at = Moment(required=True)
    due_by = Moment(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["owed", "queued", "told", "impossible"]))
    reason = fields.String(required=True, allow_none=True)
    reason_text = fields.Function(
        lambda notice: _reason_text(notice["reason"]), required=True, metadata={"type": ["string", "null"]}
    )
    message_id = fields.String(required=True, allow_none=True)
    customer = fields.Nested(NoticedSchema, required=True)
    sender = fields.String(required=True, allow_none=True, metadata={"description": "Code of the business unit"})
    late = fields.Boolean(required=True, metadata={"description": "Not told by `due_by`, or told after it"})
    sent_at = Moment(required=True, allow_none=True)
    told_at = Moment(required=True, allow_none=True)
    told_how = fields.String(required=True, allow_none=True, validate=validate.OneOf(TOLD_HOW))
    told_note = fields.String(required=True, allow_none=True)
    told_by = fields.String(required=True, allow_none=True, metadata={"description": "Who of the house told her"})
    may_tell = fields.Boolean(
        required=True, metadata={"description": "Whether who asks may note that she was told in another way"}
    )


class ToldData(Schema):
    """How somebody of the house told her what no text told, and what shows that."""

    how = fields.String(required=True, validate=validate.OneOf(TOLD_HOW))
    note = Text(max_length=400, required=True, metadata={"description": "What shows it: when, by which number or form"})


class NoticePage(Schema):
    """A page of notices."""

    items = fields.List(fields.Nested(NoticeSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class NoticeArgs(PageArgs):
    """Which notices: those in a state, or `late` ones that nobody was told of in time; of one kind or of both."""

    kind = fields.String(load_default=None, validate=validate.OneOf(CONSENT_NOTICES))

    state = fields.String(
        load_default="owed", validate=validate.OneOf(["owed", "queued", "told", "impossible", "late"])
    )


class VerdictSchema(Schema):
    """The gate's answer before anything is sent."""

    answer = fields.String(required=True, validate=validate.OneOf(["allowed", "held", "skipped"]))
    reason = fields.String(required=True, allow_none=True)
    reason_text = fields.String(required=True, allow_none=True)
    until = Moment(required=True, allow_none=True)


class ContactSenderSchema(Schema):
    """A legal sender."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)


class ContactVerdictSchema(Schema):
    """What the gate says to an advertisement of this sender on this channel, now."""

    channel = fields.String(required=True, validate=validate.OneOf(["sms", "call"]))
    sender = fields.Nested(ContactSenderSchema, required=True)
    verdict = fields.Function(
        lambda item: VerdictSchema().dump(verdict_view(item["verdict"])),
        required=True,
        metadata={"$ref": "#/components/schemas/Verdict"},
    )


class ContactSchema(Schema):
    """Whether somebody may be contacted now, and why not."""

    items = fields.List(fields.Nested(ContactVerdictSchema), required=True)


def until(message: Message) -> datetime | None:
    """Return when a held message will go by itself; None when nobody knows."""
    return message.due_at if message.state == State.HELD and message.reason in _TIMED else None


def verdict_view(verdict: Verdict) -> dict[str, object]:
    """Return a verdict in the shape of `VerdictSchema`, in the reader's language."""
    if isinstance(verdict, Allowed):
        return {"answer": "allowed", "reason": None, "reason_text": None, "until": None}
    answer, until_when = ("held", verdict.until) if isinstance(verdict, Held) else ("skipped", None)
    return {
        "answer": answer,
        "reason": verdict.reason,
        "reason_text": _reason_text(verdict.reason),
        "until": until_when,
    }


def _reason_text(code: str | None) -> str | None:
    if code is None:
        return None
    language = request.accept_languages.best_match(LANGUAGES, "ko") if has_request_context() else "ko"
    return reason_text(code, language or "ko")


def _moment(value: datetime | None) -> str | None:
    return None if value is None else clock.rfc3339(value)
