"""What delivery and its channels tell other features, as events of `backend.core.events`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReceived:
    """Somebody wrote to the house. Published by the channel that took it, in the unit of work that keeps it.

    `reply_id`: its row, in the channel's terms. `customer_id`: None when nobody here has that number. `staff_id`: whom
    it is for; None: whoever is at the store. `store_id`: None when it is nobody's.
    """

    channel: str
    reply_id: str
    customer_id: str | None
    store_id: str | None
    staff_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPaused:
    """Sending stopped without a person's doing, for a `reason` of `reasons`: of one batch, or of a sender's channel."""

    channel: str
    reason: str
    batch_id: str | None = None
    sender_id: str | None = None
