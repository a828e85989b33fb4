"""Which clients may still speak: reading needs the present schema, pushing one of the last three.

`SCHEMA` is the version of the collections' fields (`registry.SCHEMA`). A tablet that is older cannot read the rows that
it would be sent and is told to update; what it recorded meanwhile is taken all the same, for two schemas longer.
"""

from __future__ import annotations

from backend.core.errors import UpgradeRequired, ValidationFailed
from backend.sync import registry

HEADER = "Dangol-Schema"
"""What a client names its schema in; a call without it is taken for one of the present schema."""

_STILL_PUSHED = 2
_MOST_DIGITS = 6


class TooOldToPush(UpgradeRequired):
    """This app is too old to send to the server. Update it; what waits to be sent stays on the tablet until then."""


def parse(text: str | None) -> int:
    """The schema that the header names. Raises `ValidationFailed` (field `Dangol-Schema`) for what is no number."""
    if text is None:
        return registry.SCHEMA
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise ValidationFailed({HEADER: ["This must be a whole number."]})
    return int(digits)


def refuse_reading(client: int) -> None:
    """Raise `UpgradeRequired` unless a client of schema `client` can read today's rows. A newer one can try."""
    if client < registry.SCHEMA:
        raise UpgradeRequired(schema=registry.SCHEMA)


def refuse_pushing(client: int) -> None:
    """Raise `TooOldToPush` unless `client` is one of the last three schemas."""
    if client < registry.SCHEMA - _STILL_PUSHED:
        raise TooOldToPush(schema=registry.SCHEMA)
