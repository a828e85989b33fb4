"""What staff can be told by push. A feature adds a kind with `register_kind`; the app has its words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from flask import current_app

from backend.organization import StaffRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

Urgency = Literal["very-low", "low", "normal", "high"]
Surface = Literal["floor", "desk"]

_KEY = "dangol.push.kinds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Something that people can be told. `ttl`: seconds for which a push service keeps it for a device that is off.

    `paths`: the screen that it opens on each surface, without anybody's name or number in it. `roles`: who can be told.
    `chosen`: whether it is among what people switch on and off.
    """

    name: str
    roles: frozenset[str]
    paths: Mapping[Surface, str]
    urgency: Urgency = "normal"
    ttl: int = 12 * 3600
    chosen: bool = True


REPLY = Kind(
    name="reply",
    roles=frozenset({StaffRole.ASSOCIATE, StaffRole.MANAGER, StaffRole.ADMIN}),
    paths={"floor": "/floor/alerts", "desk": "/admin/replies"},
    urgency="high",
)
ATTENTION = Kind(
    name="attention",
    roles=frozenset({StaffRole.MANAGER, StaffRole.ADMIN}),
    paths={"floor": "/admin/sales", "desk": "/admin/sales"},
)
CONFLICT = Kind(
    name="conflict",
    roles=frozenset({StaffRole.MANAGER, StaffRole.ADMIN}),
    paths={"floor": "/admin/conflicts", "desk": "/admin/conflicts"},
)
PAUSED = Kind(
    name="paused",
    roles=frozenset({StaffRole.MARKETER, StaffRole.ADMIN}),
    paths={"floor": "/admin/messages", "desk": "/admin/messages"},
    urgency="high",
)
TRIAL = Kind(
    name="trial",
    roles=frozenset(StaffRole),
    paths={"floor": "/floor/me", "desk": "/admin/alerts"},
    urgency="high",
    ttl=300,
    chosen=False,
)


def register_kind(app: Flask, kind: Kind) -> None:
    """Let people of `app` be told of `kind`. A second one of a name replaces the first."""
    app.extensions.setdefault(_KEY, {})[kind.name] = kind


def kinds() -> dict[str, Kind]:
    """Return every kind of the running app, by name."""
    return cast("dict[str, Kind]", current_app.extensions.get(_KEY, {}))
