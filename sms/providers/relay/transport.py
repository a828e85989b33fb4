"""Asking a relay over HTTPS: once, within a time limit, without following anywhere else.

No connection means that nothing was sent. Whatever happens once a request is on its way is unknown until the relay
says what became of it.
"""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from aiohttp import (
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.resolver import DefaultResolver

from backend.core import clock
from backend.core.outbound import seconds_to_wait
from backend.core.resolving import PrivateAddress, PublicResolver
from backend.delivery import NotProcessed, OutcomeUnknown, Refused
from sms.providers.base import Checked
from sms.providers.relay import rendering
from sms.providers.relay.answers import Answer, found_in, outcome_of
from sms.providers.relay.rendering import Stamp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import ClientResponse
    from aiohttp.abc import AbstractResolver

    from backend.delivery import Accepted, Lookup, Outcome, Outgoing
    from sms.providers.relay.rendering import Written
    from sms.providers.relay.shapes import Relay

CONNECT_SECONDS: Final = 8.0
IDLE_SECONDS: Final = 1.0
"""An idle connection is given up before the other side does so: a request into a closing one ends as unknown."""

LONGEST_ANSWER: Final = 256 * 1024
_FAILURES: Final = (ClientError, TimeoutError, OSError, ValueError)


class RelayProvider:
    """Sends through a relay. `resolver`: whom names are asked of, the system unless another is given."""

    def __init__(self, relay: Relay, *, connections: int = 64, resolver: AbstractResolver | None = None) -> None:
        self._relay = relay
        self._connections = connections
        self._resolver = resolver

    @asynccontextmanager
    async def open(self) -> AsyncIterator[RelayTransport]:
        """Open a pool of connections."""
        resolver = self._resolver or DefaultResolver()
        if not self._relay.allow_private:
            resolver = PublicResolver(resolver)
        connector = TCPConnector(limit=self._connections, keepalive_timeout=IDLE_SECONDS, resolver=resolver)
        limit = ClientTimeout(total=self._relay.timeout, connect=min(CONNECT_SECONDS, self._relay.timeout))
        try:
            async with ClientSession(connector=connector, timeout=limit, cookie_jar=DummyCookieJar()) as session:
                yield RelayTransport(self._relay, session)
        finally:
            await resolver.close()


class RelayTransport:
    """An open connection to a relay."""

    def __init__(self, relay: Relay, session: ClientSession) -> None:
        self._relay = relay
        self._session = session

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hand over one message, unless this relay could not carry it."""
        fault = rendering.fault_of(self._relay, outgoing)
        if fault is not None:
            return fault
        try:
            answer = await self._ask(rendering.to_send(self._relay, outgoing, _stamp()))
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            return _not_connected(error)
        except _FAILURES as error:
            return OutcomeUnknown(detail=type(error).__name__)
        return outcome_of(self._relay, answer, outgoing.id)

    async def find(self, lookup: Lookup) -> Accepted | None:
        """Ask by our own id, where the relay can be asked."""
        finding = self._relay.find
        if finding is None:
            return None
        try:
            answer = await self._ask(rendering.to_find(self._relay, finding.request, lookup, _stamp()))
        except _FAILURES:
            return None
        return found_in(self._relay, finding.progress, answer, lookup)

    async def check(self) -> Checked:
        """Make the request that the settings name for this, if they name one."""
        if self._relay.check is None:
            return Checked(ok=None, detail="the settings name no address for this")
        try:
            answer = await self._ask(rendering.to_check(self._relay, self._relay.check, _stamp()))
        except _FAILURES as error:
            return Checked(ok=False, detail=type(error).__name__)
        return Checked(ok=answer.status // 100 == 2, detail=f"HTTP {answer.status}")  # noqa: PLR2004 - HTTP's good ones

    async def _ask(self, written: Written) -> Answer:
        sent = self._session.request(
            written.method,
            written.url,
            data=written.body or None,
            headers=dict(written.headers),
            allow_redirects=False,
        )
        async with sent as response:
            wait = seconds_to_wait(response.headers.get("Retry-After"), now=clock.now())
            return Answer(response.status, await _body(response), wait)


async def _body(response: ClientResponse) -> bytes | None:
    body = b""
    async for part in response.content.iter_any():
        body += part
        if len(body) > LONGEST_ANSWER:
            return None
    return body


def _not_connected(error: ClientConnectorError | ConnectionTimeoutError) -> Outcome:
    if isinstance(error, ClientConnectorDNSError) and isinstance(error.os_error, PrivateAddress):
        return Refused(reason="configuration", detail="the relay's name leads into a private network")
    return NotProcessed(reason="provider_unreachable", detail=type(error).__name__)


def _stamp() -> Stamp:
    return Stamp(clock.now(), secrets.token_hex(16))
