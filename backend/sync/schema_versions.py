"""Which clients may still speak: reading needs the present schema, pushing one of the last three.

`SCHEMA` is the version of the collections' fields (`registry.SCHEMA`). A tablet that is older cannot read the rows that
it would be sent and is told to update; what it recorded meanwhile is taken all the same, for two schemas longer. A
client says its schema in the header `Dangol-Schema`; one that says nothing is taken for a present one.
"""

from __future__ import annotations

from backend.core.errors import UpgradeRequired
from backend.sync import registry

_STILL_PUSHED = 2


class TooOldToPush(UpgradeRequired):
    """This app is too old to send to the server. Update it; what waits to be sent stays on the tablet until then."""


def may_read(client: int | None) -> None:
    """Raise `UpgradeRequired` unless a client of schema `client` can read today's rows. A newer one can try."""
    if client is not None and client < registry.SCHEMA:
        raise UpgradeRequired(schema=registry.SCHEMA)


def may_push(client: int | None) -> None:
    """Raise `TooOldToPush` unless `client` is of one of the last three schemas, or newer."""
    if client is not None and client < registry.SCHEMA - _STILL_PUSHED:
        raise TooOldToPush(schema=registry.SCHEMA)
