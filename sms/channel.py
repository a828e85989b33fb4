"""Texts as a channel of `backend.delivery`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sms.config import provider_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from backend.delivery import ChannelName, Transport
    from backend.settings import Settings


class SmsChannel:
    """The channel `sms`, over whichever provider the settings choose."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def name(self) -> ChannelName:
        """The channel's name everywhere."""
        return "sms"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Transport]:
        """Open the provider's transport."""
        async with provider_of(self._settings).open() as transport:
            yield transport
