"""What tablets hold of templates, and texts that were asked for without a connection."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from marshmallow import fields
from sqlalchemy import select

from backend.core import clock
from backend.core.errors import NotFound, ValidationFailed
from backend.core.schemas import Identifier, Moment, Schema, Text
from backend.customers import get_customer
from backend.delivery import State
from backend.sync import (
    Collection,
    Kind,
    Mutation,
    Outcome,
    Rejected,
    register_collection,
    register_kind,
    restored_since,
    track,
)
from sms import texts
from sms.models import FloorTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

    from backend.delivery import Message

LONGEST_WAIT: Final = timedelta(days=7)
"""However late a tablet says that a text still makes sense, nobody is texted what was meant for last week."""

_COLUMNS = (
    FloorTemplate.id,
    FloorTemplate.name,
    FloorTemplate.title,
    FloorTemplate.language,
    FloorTemplate.purpose,
    FloorTemplate.body,
    FloorTemplate.fields,
)
_FLAGS: Final = {
    "too_late": "text_too_late",
    "refused": "text_refused",
    "no_consent": "text_no_consent",
    "no_phone": "text_unreachable",
    "bad_number": "text_unreachable",
    "landline": "text_unreachable",
    "number_suppressed": "text_unreachable",
}


class RequestData(Schema):
    """A text asked for on a tablet: `template` by id or name, what was filled in, until when it makes sense."""

    customer_id = Identifier(required=True)
    template = Text(max_length=80, required=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.Raw(), data_key="fields", attribute="fields", load_default=dict
    )
    not_after = Moment(required=True)


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The templates with these ids that the floor may choose, ordered by id. One statement by primary key."""
    query = select(*_COLUMNS, FloorTemplate.updated_at).where(FloorTemplate.id.in_(ids)).order_by(FloorTemplate.id)
    return [(*row[:-1], clock.rfc3339(row.updated_at)) for row in session.execute(query)]


TEMPLATES = Collection(
    name="templates", fields=(*(column.key for column in _COLUMNS), "updated_at"), load=load, personal=False
)


def init_app(app: Flask) -> None:
    """Register the collection `templates` and the kind `message.request`."""
    register_collection(app, TEMPLATES)
    track(app, FloorTemplate, TEMPLATES.name, lambda template: template.id)
    register_kind(app, Kind("message.request", RequestData(), request))


def request(mutation: Mutation) -> Outcome:
    """Put a text that was asked for into the outbox, under the mutation's id. The flag says what became of it.

    No flag: it goes out. The server writes the text, from what it knows now; the gate decides, now and again when it
    goes. Rejected are a template that is not in use, fields that cannot be filled in and a customer nobody knows.
    """
    data = mutation.data
    try:
        customer = get_customer(data["customer_id"])
    except NotFound:
        raise Rejected("unknown_customer", "The server knows no such customer.") from None
    sender = texts.sender_at(mutation.caller.store_id, customer)
    try:
        composed = texts.compose(
            customer, data["template"], given=data["fields"], sender=sender, acting_staff=mutation.actor
        )
    except ValidationFailed as error:
        code = "invalid_fields" if any(name.startswith("fields.") for name in error.fields) else "unknown_template"
        raise Rejected(code, " ".join(text for texts_ in error.fields.values() for text in texts_)) from None
    if composed.draft.purpose == "commercial" and restored_since(mutation.at):
        # Its receipt may have been lost with what came after the backup, and the text have gone.
        return Outcome(flags=("text_may_have_gone",))
    not_after = min(data["not_after"], mutation.received_at + LONGEST_WAIT)
    message = texts.send(composed.until(not_after, message_id=mutation.id), acting_staff=mutation.actor)
    merged = ("merged_customer",) if customer.id != data["customer_id"] else ()
    return Outcome(flags=(*_told(message), *merged))


def _told(message: Message) -> tuple[str, ...]:
    if message.state == State.QUEUED:
        return ()
    if message.state == State.HELD:
        return ("text_held_night",) if message.reason == "night" else ("text_held",)
    return (_FLAGS.get(message.reason or "", "text_not_sent"),)
