"""What a channel's own feature has against a service message now, such as the quiet hours of staff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app

from backend.delivery.channels import Contact
from backend.delivery.rules import Held, Skipped

if TYPE_CHECKING:
    from flask import Flask

    from backend.delivery.rules import ChannelName

Objection = Held | Skipped
Lookup = Callable[[Sequence[Contact], datetime], Sequence[Objection | None]]
"""Of these contacts of one channel, in order, what speaks against each; a fixed number of statements."""

_KEY = "dangol.delivery.objections"


def register_objections(app: Flask, channel: ChannelName, lookup: Lookup) -> None:
    """Have the gate of `app` ask `lookup` about service messages of a channel. A second one replaces the first."""
    app.extensions.setdefault(_KEY, {})[channel] = lookup


def of(channel: str, contacts: Sequence[Contact], *, now: datetime) -> Sequence[Objection | None]:
    """Ask whoever knows of this channel."""
    lookup: Lookup | None = current_app.extensions.get(_KEY, {}).get(channel)
    return lookup(contacts, now) if lookup and contacts else [None] * len(contacts)
