"""Where a message for a person goes: her browsers, found in the transaction that claims it."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.delivery import Route


@dataclass(frozen=True, slots=True)
class Target:
    """A browser, as the transport sees it."""

    id: str
    endpoint: str
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    surface: str
    language: str


@dataclass(frozen=True, slots=True)
class PushRoute(Route):
    """The browsers that have not had the message. `told`: others had it; `wait`: seconds until the rest is asked."""

    targets: tuple[Target, ...] = ()
    told: bool = False
    wait: float | None = None
