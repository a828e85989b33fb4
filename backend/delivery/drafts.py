"""What features hand over: a message before it is in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from backend.delivery.rules import ChannelName, Purpose

ONE_TO_ONE: Final = 1
AUTOMATIC: Final = 5
CAMPAIGN: Final = 9
"""Priorities: a lower one is claimed first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is in the outbox. `address` is E.164 for texts; `size` is in the provider's unit of cost.

    `id` is given by whoever must be able to ask twice for the same message; else it is made when it is put in.
    `at_most_once`: of a service text, rather lost than twice. Otherwise it goes again when the provider's list has been
    asked for the last time and nobody knows whether it went. Commercial ones never go twice, whatever is said here.
    `recipient_id`: which of the staff it is for, on channels that reach those.
    """

    channel: ChannelName
    purpose: Purpose
    customer_id: str | None
    sender_id: str | None
    store_id: str | None
    address: str | None
    body: str
    not_after: datetime | None = None
    template: str | None = None
    source_id: str | None = None
    language: str | None = None
    size: int = 1
    priority: int = AUTOMATIC
    id: str | None = None
    at_most_once: bool = False
    recipient_id: str | None = None

    @property
    def once(self) -> bool:
        """Whether it goes at most once, unless it certainly did not go."""
        return self.at_most_once or self.purpose == "commercial"
