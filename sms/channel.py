"""Texts as a channel of `backend.delivery`: the way of each, and one transport over all providers."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from backend.delivery import Accepted, Missing, NotProcessed, OutcomeUnknown, Refused, describe
from sms import routing
from sms.config import provider_of, read_providers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from backend.delivery import ChannelName, Contact, Lookup, Outcome, Outgoing, Route, Transport
    from backend.settings import Settings
    from sms.config import Providers

log = structlog.get_logger(__name__)


class SmsChannel:
    """The channel `sms`, over the providers that the settings name."""

    def __init__(self, settings: Settings, providers: Providers | None = None) -> None:
        self._settings = settings
        self._providers = providers or read_providers(settings)

    @property
    def name(self) -> ChannelName:
        """The channel's name everywhere."""
        return "sms"

    def routes(self, contacts: Sequence[Contact]) -> list[Route | None]:
        """Find the way of each text over the register of senders."""
        return routing.find(contacts, self._providers)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Transport]:
        """Open the transport of every provider in use."""
        async with AsyncExitStack() as stack:
            opened = {}
            for name in self._providers.names:
                provider = provider_of(self._settings, name, self._providers.relays)
                opened[name] = await stack.enter_async_context(provider.open())
            yield RoutedTransport(opened, self._providers)


class RoutedTransport:
    """Hands each text to the providers of its route, the next one only when the one before certainly sent nothing."""

    def __init__(self, transports: Mapping[str, Transport], providers: Providers) -> None:
        self._transports = transports
        self._providers = providers

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Try the route's providers in turn; never a second one after an outcome that leaves a doubt."""
        route, waiting = outgoing.route, None
        if route is None:
            return Refused(reason="configuration", detail="no provider can carry this text")
        while True:
            outcome = await self._transports[route.provider].send(replace(outgoing, route=route))
            if isinstance(outcome, NotProcessed):
                waiting = waiting or outcome
            if not _next_may_try(outcome):
                return _via(outcome, route.provider)
            if route.then is None:
                # Whoever could not be reached may be there again soon, whatever the last one lacks.
                return waiting or outcome
            log.warning(
                "provider_passed_over", message_id=outgoing.id, provider=route.provider, next=route.then.provider
            )
            route = route.then

    async def find(self, lookup: Lookup) -> Accepted | Missing | None:
        """Ask whoever was handed it; then the others, because a worker that died may have gone on to one of them.

        It is missing only where every one of them has a whole list without it.
        """
        turn = self._providers.in_turn(describe(lookup.address).country)
        names = [name for name in dict.fromkeys((lookup.via, *turn)) if name]
        answers = []
        for name in names:
            transport = self._transports.get(name)
            found = await transport.find(lookup) if transport else None
            if isinstance(found, Accepted):
                return replace(found, via=name)
            answers.append(found)
        return Missing() if answers and None not in answers else None


def _next_may_try(outcome: Outcome) -> bool:
    """Tell whether it is certain that nothing was sent, and not for a reason that lies in the message."""
    if isinstance(outcome, NotProcessed):
        return outcome.reason == "provider_unreachable"
    return isinstance(outcome, Refused) and outcome.reason == "configuration"


def _via(outcome: Outcome, provider: str) -> Outcome:
    return replace(outcome, via=provider) if isinstance(outcome, (Accepted, OutcomeUnknown)) else outcome
