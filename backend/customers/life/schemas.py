"""What the edges take and give for days to remember, trips and households."""

from __future__ import annotations

from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, validate

from backend.core.schemas import Identifier, Moment, Schema, Text

LIFE_EVENTS = ("birthday", "wedding", "anniversary", "child", "other")
_AIRPORT = validate.Regexp(r"[A-Z]{3}\Z", error="Three capital letters (IATA).")


def _known_zone(value: str) -> None:
    if value not in available_timezones():
        message = "There is no such time zone."
        raise ValidationError(message)


class LifeEventData(Schema):
    """A day to remember."""

    kind = fields.String(required=True, validate=validate.OneOf(LIFE_EVENTS))
    day = fields.Date(format="iso", required=True)
    yearly = fields.Boolean(load_default=True)
    note = Text(max_length=200, blank=True)


class LifeEventSchema(LifeEventData):
    """A day to remember as it is kept."""

    id = fields.String(required=True)


class TripData(Schema):
    """A journey; `zone` is where the clock of the departure hangs."""

    flight = Text(max_length=12, blank=True)
    departs_at = Moment(required=True)
    zone = fields.String(load_default="Asia/Seoul", validate=[validate.Length(max=40), _known_zone])
    from_airport = fields.String(allow_none=True, validate=_AIRPORT)
    to_airport = fields.String(allow_none=True, validate=_AIRPORT)
    note = Text(max_length=200, blank=True)


class TripSchema(Schema):
    """A journey as it is kept."""

    id = fields.String(required=True)
    flight = fields.String(required=True, allow_none=True)
    departs_at = Moment(required=True)
    zone = fields.String(required=True)
    from_airport = fields.String(required=True, allow_none=True)
    to_airport = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class HouseholdData(Schema):
    """With whom she lives: `with` is another customer; `name` is what the household is called."""

    with_ = Identifier(required=True, data_key="with")
    name = Text(max_length=80, blank=True)


class HouseholdMemberSchema(Schema):
    """Somebody of a household."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class HouseholdSchema(Schema):
    """Who lives together."""

    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    members = fields.List(fields.Nested(HouseholdMemberSchema), required=True)


class LifeSchema(Schema):
    """What is coming in her life: days to remember, trips from yesterday on, and whom she lives with."""

    events = fields.List(fields.Nested(LifeEventSchema), required=True)
    trips = fields.List(fields.Nested(TripSchema), required=True)
    household = fields.Nested(HouseholdSchema, required=True, allow_none=True)
