"""Whom texts are sent as. Apart from the client, because the web needs it too and never opens one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccount:
    """Whom we send as. `sender` or `messaging_service` is given; the service wins.

    `api_url` replaces scheme and host of Twilio's address, and may carry a path that goes before Twilio's own.
    `callback_url` ends without a slash; our message's id is put behind it.
    """

    sid: str
    token: str = field(repr=False)
    sender: str | None
    messaging_service: str | None
    callback_url: str | None
    api_url: str | None = None
