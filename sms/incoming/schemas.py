"""What the edges take and give for texts from people."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text
from sms.incoming import rules
from sms.incoming.access import shown_address

STATES = ("open", "mine", "unknown", "doubtful", "handled")
KINDS = ("reply", "refusal", "grant")
LANGUAGES = tuple(rules.FIXED["refusal"])


class ReplyArgs(PageArgs):
    """Which texts: those that nobody has seen to (`mine`, of `unknown` numbers, perhaps refusals), or the others."""

    state = fields.String(load_default="open", validate=validate.OneOf(STATES))


class ReplierSchema(Schema):
    """Who wrote."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class ReplySchema(Schema):
    """A text that somebody wrote to us. `number` is masked for whom it is no use; `customer` null: nobody known."""

    id = fields.String(required=True)
    customer = fields.Nested(ReplierSchema, required=True, allow_none=True)
    number = fields.Function(shown_address, required=True, metadata={"type": ["string", "null"]})
    body = fields.String(required=True)
    received_at = Moment(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    doubtful = fields.Boolean(required=True, metadata={"description": "It may be a refusal: a person has to look"})
    sender = fields.String(attribute="sender.code", required=True, allow_none=True, dump_default=None)
    staff = fields.String(attribute="staff.name", required=True, allow_none=True, dump_default=None)
    handled_at = Moment(required=True, allow_none=True)


class ReplyPage(Schema):
    """A page of texts."""

    items = fields.List(fields.Nested(ReplySchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AssignData(Schema):
    """Whose text it is."""

    customer_id = Identifier(required=True)


class TurnSchema(Schema):
    """One text of a conversation: `in` from the customer, `out` to her. `state` and `reason_text` of what went out."""

    id = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(["in", "out"]))
    body = fields.String(required=True)
    at = Moment(required=True)
    kind = fields.String(required=True, allow_none=True, validate=validate.OneOf(KINDS))
    doubtful = fields.Boolean(required=True)
    open = fields.Boolean(required=True, metadata={"description": "Nobody has seen to it yet"})
    state = fields.String(required=True, allow_none=True)
    reason_text = fields.String(required=True, allow_none=True)
    staff = fields.String(required=True, allow_none=True)


class ConversationPage(Schema):
    """A page of a conversation, the newest first."""

    items = fields.List(fields.Nested(TurnSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class WordData(Schema):
    """A word by which people refuse, or agree anew."""

    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    kind = fields.String(required=True, validate=validate.OneOf(["refusal", "grant"]))
    word = Text(max_length=40, required=True)


class WordSchema(Schema):
    """A word that counts; one without id is fixed."""

    id = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["refusal", "grant"]))
    word = fields.String(required=True)


class WordList(Schema):
    """Every word that counts."""

    items = fields.List(fields.Nested(WordSchema), required=True)
