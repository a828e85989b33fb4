"""After what the house leaves people in peace: features that know of it register how to ask them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from flask import current_app

if TYPE_CHECKING:
    from flask import Flask

Kind = Literal["complaint", "return"]
Lookup = Callable[[Collection[str], datetime], Mapping[str, datetime]]
"""Of these customers, when it last happened since a moment; one statement. Who is missing was spared."""

_KEY = "dangol.delivery.blackouts"


def register_blackout(app: Flask, kind: Kind, lookup: Lookup) -> None:
    """Have the gate of `app` ask `lookup` when customers last complained or returned something."""
    app.extensions.setdefault(_KEY, {}).setdefault(kind, []).append(lookup)


def last(kind: Kind, customer_ids: Collection[str], since: datetime) -> dict[str, datetime]:
    """Ask everybody who knows; {customer: the last time}."""
    found: dict[str, datetime] = {}
    if not customer_ids:
        return found
    lookups: list[Lookup] = current_app.extensions.get(_KEY, {}).get(kind, [])
    for lookup in lookups:
        for customer_id, at in lookup(customer_ids, since).items():
            found[customer_id] = max(at, found.get(customer_id, at))
    return found
