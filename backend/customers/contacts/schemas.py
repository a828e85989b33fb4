"""What the edges take for a customer's numbers and cards."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.core.schemas import Schema, Text
from backend.customers.rules import CARD_KINDS, PHONE_KINDS, is_network_card, is_payment_card
from backend.customers.schemas import CardNumber, Phone


class PhoneKindData(Schema):
    """What a number is to its holder."""

    kind = fields.String(validate=validate.OneOf(PHONE_KINDS))
    note = Text(max_length=120, blank=True)


class PhoneData(PhoneKindData):
    """A further number."""

    phone = Phone(required=True, allow_none=False)
    kind = fields.String(load_default="mobile", validate=validate.OneOf(PHONE_KINDS))


class CardOrToken(CardNumber):
    """A card's number, or the token that a partner bank gave in its place."""

    pattern = re.compile(r"[0-9A-Za-z._:-]{1,40}")
    wrong = "A card number or token has 1 to 40 letters, digits, hyphens, dots, colons or underscores."


class CardData(Schema):
    """A card; `business_unit` is the code of whose it is, `issuer` the name of a house that is none of the own."""

    number = CardOrToken(required=True)
    kind = fields.String(load_default="unit", validate=validate.OneOf(CARD_KINDS))
    issuer = Text(max_length=60, blank=True)
    business_unit = Text(max_length=20, blank=True)

    @validates_schema
    def _no_payment_card(self, data: dict[str, Any], **_options: object) -> None:
        number = data.get("number", "")
        if is_network_card(number) or (data.get("kind") == "bank" and is_payment_card(number)):
            message = "This looks like the number of a payment card, which is not kept. Enter the token of the bank."
            raise ValidationError({"number": [message]})
