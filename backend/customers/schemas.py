"""What the edges take and give for customers."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from backend.core.http import PageArgs
from backend.core.schemas import Identifier, Moment, Schema, Text
from backend.customers.rules import (
    EDITABLE,
    EDITABLE_ONLINE,
    LANGUAGES,
    PREFERENCE_KINDS,
    SEXES,
    is_network_card,
    masked_phone,
    normal_email,
    normal_phone,
)

SHORTEST = 2
"""How many characters a search needs."""


class Phone(Text):
    """A phone number in any usual spelling, read as E.164 (a Korean number when it has no country code)."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - marshmallow's options
        super().__init__(max_length=40, blank=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str | None:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **options)
        if text is None:
            return None
        number = normal_phone(text)
        if number is None:
            message = "This is no phone number."
            raise ValidationError(message)
        return number


class Email(Text):
    """An e-mail address, with its domain in lower case."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - marshmallow's options
        super().__init__(max_length=254, blank=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str | None:  # noqa: ANN401
        text = super()._deserialize(value, attr, data, **options)
        if text is None:
            return None
        address = normal_email(text)
        if address is None:
            message = "This is no e-mail address."
            raise ValidationError(message)
        return address


class CardNumber(Text):
    """A membership card's number without blanks."""

    pattern = re.compile(r"[0-9A-Za-z-]{1,40}")
    wrong = "A card number has 1 to 40 letters, digits or hyphens."

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - marshmallow's options
        super().__init__(max_length=60, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str | None:  # noqa: ANN401
        text = re.sub(r"\s", "", super()._deserialize(value, attr, data, **options) or "")
        if not self.pattern.fullmatch(text):
            raise ValidationError(self.wrong)
        return text


class RegisterData(Schema):
    """A new customer (`customer.register`)."""

    name = Text(max_length=120, required=True)
    name_latin = Text(max_length=120, blank=True)
    name_han = Text(max_length=60, blank=True)
    phone = Phone()
    email = Email()
    language = fields.String(validate=validate.OneOf(LANGUAGES), allow_none=True)
    birth_date = fields.Date(format="iso", allow_none=True)
    sex = fields.String(validate=validate.OneOf(SEXES), allow_none=True)
    nationality = fields.String(
        validate=validate.Regexp(r"[A-Z]{2}\Z", error="Two capital letters (ISO 3166)."), allow_none=True
    )
    district = Text(max_length=60, blank=True)
    cards = fields.List(CardNumber(), validate=validate.Length(max=10))
    home_store = Text(max_length=40, blank=True)
    # Read by the consent feature, which knows what a consent is.
    consents = fields.List(fields.Dict(), validate=validate.Length(max=30))


class DeskRegisterData(RegisterData):
    """A new customer, registered at a desk, which can be told at once what is wrong with her cards."""

    @validates_schema
    def _no_payment_card(self, data: dict[str, Any], **_options: object) -> None:
        numbers = enumerate(data.get("cards") or ())
        message = "This looks like the number of a payment card, which is not kept."
        wrong = {place: [message] for place, number in numbers if is_network_card(number)}
        if wrong:
            raise ValidationError({"cards": wrong})


class _Editable(Schema):
    """Every editable field as it is registered, the memo, and who she likes to be served by."""

    name = Text(max_length=120)
    name_latin = Text(max_length=120, blank=True)
    name_han = Text(max_length=60, blank=True)
    phone = Phone()
    email = Email()
    birth_date = fields.Date(format="iso", allow_none=True)
    preferred_staff = Text(max_length=60, blank=True)
    language = fields.String(validate=validate.OneOf(LANGUAGES), allow_none=True)
    sex = fields.String(validate=validate.OneOf(SEXES), allow_none=True)
    nationality = RegisterData().fields["nationality"]
    district = Text(max_length=60, blank=True)
    home_store = Text(max_length=40, blank=True)
    memo = Text(max_length=4000, blank=True, multiline=True)


class OnlineEditData(Schema):
    """An edit: `changes` is {field: {from, to}}, loaded as {field: (from, to)} in normal form."""

    editable: tuple[str, ...] = EDITABLE_ONLINE
    cannot = "This field cannot be edited."

    changes = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)

    @validates_schema
    def _known_fields(self, data: dict[str, Any], **_options: object) -> None:
        wrong: dict[str, list[str]] = {}
        for name, change in data.get("changes", {}).items():
            if name not in self.editable:
                wrong[name] = [self.cannot]
            elif not isinstance(change, dict) or set(change) != {"from", "to"}:
                wrong[name] = ["An edit has exactly `from` and `to`."]
        if not data.get("changes"):
            raise ValidationError({"changes": ["There is nothing to change."]})
        if wrong:
            raise ValidationError({"changes": wrong})

    @post_load
    def _normal_form(self, data: dict[str, Any], **_options: object) -> dict[str, Any]:
        changes = data["changes"]
        wanted = _load_values({name: change["to"] for name, change in changes.items()})
        return data | {"changes": {name: (_seen(name, changes[name]["from"]), wanted[name]) for name in changes}}


class EditData(OnlineEditData):
    """An edit that was made on a tablet (`customer.edit`), of what its copy holds."""

    editable = EDITABLE
    cannot = "This field cannot be edited from a tablet."

    customer_id = Identifier(required=True)


def _load_values(values: dict[str, Any]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = _Editable().load(values)
    except ValidationError as error:
        raise ValidationError({"changes": error.messages}) from error
    return loaded


def _seen(name: str, value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """What the tablet saw, normalised as far as it can be: it is only compared, never stored as the customer's."""
    try:
        return _Editable().load({name: value})[name]
    except ValidationError:
        return value


class ListArgs(PageArgs):
    """A page of customers, those matching `q` (a name's beginning, a card, a phone or its last four digits)."""

    q = fields.String(load_default=None, validate=validate.Length(max=60))


class SearchArgs(Schema):
    """What somebody types: the end of a phone or all of it, a card's number, or the beginning of a name."""

    q = Text(max_length=60, required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=50))

    @validates_schema
    def _long_enough(self, data: dict[str, Any], **_options: object) -> None:
        if len(data.get("q") or "") < SHORTEST:
            raise ValidationError({"q": [f"Give at least {SHORTEST} characters."]})


class FoundSchema(Schema):
    """Whom a search found: rows as in the tablet's collection `customers`, phones masked beyond one's own book."""

    items = fields.List(fields.Dict(), required=True)
    more = fields.Boolean(required=True, metadata={"description": "Whether further members match"})


class PreferenceChange(Schema):
    """A preference to add, or with `remove` to take away; what older systems called it may be taken away, too."""

    kind = Text(max_length=20, required=True)
    value = Text(max_length=120, required=True)
    remove = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @validates_schema
    def _known_kind(self, data: dict[str, Any], **_options: object) -> None:
        if not data.get("remove") and data.get("kind") not in PREFERENCE_KINDS:
            raise ValidationError({"kind": [f"This must be one of {', '.join(PREFERENCE_KINDS)}."]})


class PreferenceData(PreferenceChange):
    """A preference that was set on a tablet (`preference.set`)."""

    customer_id = Identifier(required=True)


class ListedCustomerSchema(Schema):
    """A customer in a list: the phone is masked."""

    id = fields.String()
    name = fields.String()
    name_latin = fields.String(allow_none=True)
    name_han = fields.String(allow_none=True)
    grade = fields.String(attribute="facts.grade", allow_none=True)
    points = fields.Integer(attribute="facts.points")
    last_purchase_on = fields.Date(attribute="facts.last_purchase_on", allow_none=True)
    created_at = Moment()
    phone = fields.Function(lambda customer: masked_phone(customer.phone), metadata={"type": ["string", "null"]})


def _items(description: str, **names: list[str] | str) -> dict[str, Any]:
    """How the document describes a list that `sight` makes."""
    properties = {name: {"type": kind} for name, kind in names.items()}
    items = {"type": "object", "properties": properties, "required": list(names)}
    return {"type": "array", "description": description, "items": items}


_TEXT = ["string", "null"]
_PHONES = _items("Further numbers, masked like the main one", id="string", phone="string", kind="string", note=_TEXT)
_PREFERENCES = _items("Without allergies and requests for marketers", kind="string", value="string")
_MEMBERSHIPS = _items(
    "Her cards with what each is: unit, unified, bank (by the partner's token), foreign; masked for marketers",
    number="string",
    kind="string",
    issuer=_TEXT,
    business_unit=_TEXT,
    unit=_TEXT,
    unit_latin=_TEXT,
)


class CustomerSchema(Schema):
    """A customer's card, as far as the role of who asks needs it (`customers.card`)."""

    id = fields.String()
    name = fields.String()
    name_latin = fields.String(allow_none=True)
    name_han = fields.String(allow_none=True)
    grade = fields.String(allow_none=True)
    points = fields.Integer()
    last_purchase_on = fields.Date(allow_none=True)
    created_at = Moment()
    phone = fields.String(
        allow_none=True, metadata={"description": "Whole for who may call her, otherwise its last digits"}
    )
    phones = fields.Raw(metadata=_PHONES)
    email = fields.String(allow_none=True, metadata={"description": "Null for who may not call her"})
    language = fields.String(allow_none=True)
    birth_date = fields.Date(allow_none=True, metadata={"description": "Null for marketers"})
    birth_year = fields.Integer(allow_none=True)
    sex = fields.String(allow_none=True)
    nationality = fields.String(allow_none=True)
    district = fields.String(allow_none=True)
    memo = fields.String(allow_none=True, metadata={"description": "Null for marketers"})
    home_store = fields.String(allow_none=True)
    preferred_staff = fields.Nested("WhoSchema", allow_none=True)
    cards = fields.List(fields.String(), metadata={"description": "Masked for marketers"})
    memberships = fields.Raw(metadata=_MEMBERSHIPS)
    preferences = fields.Raw(metadata=_PREFERENCES)
    cycle_days = fields.Float(allow_none=True)
    sms_senders = fields.List(fields.String())
    night_senders = fields.List(fields.String())
    suspended_at = Moment(allow_none=True)
    suspended_reason = fields.String(allow_none=True, metadata={"description": "Null for marketers"})


class CustomerPage(Schema):
    """A page of customers."""

    items = fields.List(fields.Nested(ListedCustomerSchema))
    next = fields.String(allow_none=True)


class ConflictArgs(PageArgs):
    """A page of conflicts."""

    state = fields.String(load_default="open", validate=validate.OneOf(["open", "settled"]))


class SettleData(Schema):
    """Whose value stays: the edit's (`yours`), or what the server holds."""

    choice = fields.String(required=True, validate=validate.OneOf(["yours", "server"]))


class NamedSchema(Schema):
    """A customer by id and name."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class WhoSchema(Schema):
    """A staff member by login and name."""

    login = fields.String(required=True)
    name = fields.String(required=True)


class ConflictSchema(Schema):
    """One field, as the editor saw it, wanted it and the server held it then, and what it holds now."""

    id = fields.String(required=True)
    collection = fields.String(required=True)
    row_id = fields.String(required=True)
    customer = fields.Nested(NamedSchema, required=True)
    field = fields.String(required=True)
    base = fields.Raw(required=True, allow_none=True)
    yours = fields.Raw(required=True, allow_none=True)
    server = fields.Raw(required=True, allow_none=True)
    current = fields.Raw(required=True, allow_none=True)
    staff = fields.Nested(WhoSchema, required=True, allow_none=True)
    edited_at = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)
    settled_at = Moment(required=True, allow_none=True)
    settled_by = fields.Nested(WhoSchema, required=True, allow_none=True)
    choice = fields.String(required=True, allow_none=True)


class ConflictPage(Schema):
    """A page of conflicts, the newest first."""

    items = fields.List(fields.Nested(ConflictSchema), required=True)
    next = fields.String(required=True, allow_none=True)
