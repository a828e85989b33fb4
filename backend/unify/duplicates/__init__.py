"""Finding members who may be one person: record linkage by blocking keys and a scored comparison.

`rules`, `comparison`, `blocking`, `names`, `romanisation`, `record` and `weights` are pure; `arrival` looks when a
member is registered or edited, `full_pass` among all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.unify.duplicates.arrival import find_on_arrival, forget
from backend.unify.duplicates.full_pass import PassFigures, find_all
from backend.unify.duplicates.models import DuplicateKey, DuplicatePair, DuplicateRecord
from backend.unify.duplicates.pairs import DIFFERENT, decide_different, sure
from backend.unify.duplicates.settings import automatic_threshold

if TYPE_CHECKING:
    from flask import Flask

TABLES = frozenset(model.__tablename__ for model in (DuplicateKey, DuplicatePair, DuplicateRecord))
"""What is kept of a member here; `forget` empties it of her."""


def init_app(app: Flask) -> None:
    """Attach the finding of duplicates to `app`: routes, the command, and what it hears of members."""
    from backend.core import events, http
    from backend.customers import CustomerEdited, CustomerErased, CustomerRegistered, CustomersMerged, CustomersParted
    from backend.unify.duplicates import arrival, cli, routes

    http.register(app, routes.blueprint)
    app.cli.add_command(cli.duplicates_group)
    events.subscribe(app, CustomerRegistered, arrival.on_registered)
    events.subscribe(app, CustomerEdited, arrival.on_edited)
    events.subscribe(app, CustomerErased, arrival.on_erased)
    events.subscribe(app, CustomersMerged, arrival.on_merged)
    events.subscribe(app, CustomersParted, arrival.on_parted)


__all__ = [
    "DIFFERENT",
    "TABLES",
    "DuplicatePair",
    "PassFigures",
    "automatic_threshold",
    "decide_different",
    "find_all",
    "find_on_arrival",
    "forget",
    "init_app",
    "sure",
]
