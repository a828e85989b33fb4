"""What the edges take and give for a member's rights."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema, Text
from backend.privacy.paper import LANGUAGES


class ReportData(Schema):
    """Why the report is made, and in which language its page is."""

    reason = Text(max_length=400, required=True)
    language = fields.String(load_default="ko", validate=validate.OneOf(LANGUAGES))


class ReportSchema(Schema):
    """Everything that is held: `sections` for machines, `page` (HTML) to read and print."""

    customer_id = fields.String(required=True)
    made_at = Moment(required=True)
    sections = fields.Dict(keys=fields.String(), values=fields.List(fields.Dict()), required=True)
    page = fields.String(required=True)


class ProofSchema(Schema):
    """What a member agreed to and refused, with all that proves it, the oldest first.

    `digest` is of all entries, each entry has its own: `dangol privacy proof ID --check` finds them in the ledger.
    """

    customer_id = fields.String(required=True)
    made_at = Moment(required=True)
    digest = fields.String(required=True)
    entries = fields.List(fields.Dict(), required=True)
    page = fields.String(required=True)


class SuspendData(Schema):
    """Why the use of her data is suspended."""

    reason = Text(max_length=400, required=True)


class SuspensionSchema(Schema):
    """Whether the use of her data is suspended, since when and why."""

    customer_id = fields.String(attribute="id", required=True)
    suspended_at = Moment(required=True, allow_none=True)
    suspended_reason = fields.String(required=True, allow_none=True)


class EraseData(Schema):
    """Her name as it stands on the card: typed, so that nobody is erased by a slip."""

    name = Text(max_length=120, required=True)


class ErasedSchema(Schema):
    """That she was erased, and when."""

    customer_id = fields.String(required=True)
    erased_at = Moment(required=True)
