"""Twilio, through its official SDK. The only file that knows the SDK's client.

Creating a message is not idempotent. Therefore: no retries inside the SDK, a time limit on every call, and of each
failure only what is certain: a 429 was not processed, a refusal has a code, no connection means nothing was sent, and
everything else (5xx, time-out, reset, an answer that cannot be read) is unknown.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ConnectionTimeoutError,
    TCPConnector,
    encode_basic_auth,
)
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from backend.core import clock
from backend.core.outbound import seconds_to_wait
from backend.delivery import Accepted, Lookup, Missing, NotProcessed, Outcome, OutcomeUnknown, Outgoing, Refused, State
from sms.providers.base import Checked
from sms.status import STATES, THROTTLED, meaning_of_refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twilio.http.response import Response

    from sms.providers.account import TwilioAccount

CALL_SECONDS: Final = 30.0
IDLE_SECONDS: Final = 1.0
"""An idle connection is given up before the other side does so: a request into a closing one ends as unknown."""

LONGEST_VALIDITY: Final = 36_000
CLOCKS_DIFFER: Final = timedelta(seconds=30)
LISTED: Final = 100
_REDIRECT: Final = range(300, 400)
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_MESSAGING_SERVICE: Final = "MG"

_wait_asked_for: ContextVar[str | None] = ContextVar("_wait_asked_for", default=None)
"""The Retry-After of the task's last answer: the SDK's errors leave the headers out."""


class _HttpClient(AsyncTwilioHttpClient):  # type: ignore[misc] # the SDK ships no types
    """The SDK's asynchronous client with time limits, and with another base address when one is set."""

    def __init__(self, api_url: str | None, *, connections: int) -> None:
        super().__init__(pool_connections=False)
        self._base = urlsplit(api_url) if api_url else None
        self.session = ClientSession(connector=TCPConnector(limit=connections, keepalive_timeout=IDLE_SECONDS))

    async def request(  # noqa: PLR0913, PLR0917 - the SDK's signature
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the SDK's signature
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 - the SDK's signature
    ) -> Response:
        """Make one request, once."""
        if auth is not None:
            # aiohttp warns of the way in which the SDK would hand this over.
            headers = {**(headers or {}), "Authorization": encode_basic_auth(*auth)}
        limit = timeout or CALL_SECONDS
        _wait_asked_for.set(None)
        response = await super().request(
            method, self._rebased(url), params, data, headers, None, limit, allow_redirects
        )
        _wait_asked_for.set((response.headers or {}).get("Retry-After"))
        return response

    def _rebased(self, url: str) -> str:
        if self._base is None:
            return url
        parts = urlsplit(url)
        path = self._base.path.rstrip("/") + parts.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, parts.fragment))


class TwilioProvider:
    """Sends through Twilio's Messages API."""

    def __init__(self, account: TwilioAccount, *, connections: int = 64) -> None:
        self._account = account
        self._connections = connections

    @asynccontextmanager
    async def open(self) -> AsyncIterator[TwilioTransport]:
        """Open a pool of connections."""
        http = _HttpClient(self._account.api_url, connections=self._connections)
        try:
            yield TwilioTransport(self._account, http)
        finally:
            await http.close()


class TwilioTransport:
    """An open connection to Twilio."""

    def __init__(self, account: TwilioAccount, http: AsyncTwilioHttpClient) -> None:
        self._account = account
        self._client = Client(account.sid, account.token, http_client=http)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Create one message at Twilio."""
        try:
            message = await self._client.messages.create_async(to=outgoing.address, **self._arguments(outgoing))
        except TwilioRestException as error:
            return _outcome_of(error.status, error.code, str(error.msg))
        except TwilioServiceException as error:
            status = int(error.status) if str(error.status).isdigit() else _SERVER_ERROR
            return _outcome_of(status, error.code, str(error.detail or error.title))
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            # No connection was made, so nothing was sent.
            return NotProcessed(reason="provider_unreachable", detail=type(error).__name__)
        except (ClientError, TwilioException, TimeoutError, OSError, ValueError) as error:
            return OutcomeUnknown(detail=type(error).__name__)
        if not message.sid:
            return OutcomeUnknown(detail="answer without sid")
        segments = message.num_segments
        return Accepted(
            ref=message.sid,
            state=STATES.get(str(message.status), State.ACCEPTED),
            size=int(segments) if segments and segments.isdigit() and segments != "0" else None,
        )

    async def find(self, lookup: Lookup) -> Accepted | Missing | None:
        """Look through what was created for the same number since then.

        The list does not tell the callback's address, so the body decides; references of other messages do not count.
        It is asked for without a date: what waits in Twilio's queue has no date of sending yet. It is whole when it has
        fewer than were asked for.
        """
        since = lookup.began_at - CLOCKS_DIFFER
        try:
            listed = await self._client.messages.list_async(to=lookup.address, limit=LISTED)
        except (TwilioException, ClientError, TimeoutError, OSError, ValueError):
            return None
        for message in listed:
            created = message.date_created
            if created is None or created < since or message.body != lookup.body or message.sid in lookup.known_refs:
                continue
            return Accepted(ref=str(message.sid), state=STATES.get(str(message.status), State.ACCEPTED))
        dated = all(message.date_created is not None for message in listed)
        return Missing() if dated and len(listed) < LISTED else None

    async def check(self) -> Checked:
        """Ask for a list of one message: what may send may list, and nothing is sent."""
        try:
            await self._client.messages.list_async(limit=1, page_size=1)
        except (TwilioException, ClientError, TimeoutError, OSError, ValueError) as error:
            return Checked(ok=False, detail=f"{type(error).__name__} {getattr(error, 'status', '')}".strip())
        return Checked(ok=True)

    def _arguments(self, outgoing: Outgoing) -> dict[str, Any]:
        account = self._account
        callback = f"{account.callback_url}/{outgoing.id}" if account.callback_url else values.unset
        registered = outgoing.route.sender_number if outgoing.route else None
        sender = registered or account.messaging_service or account.sender or ""
        by_service = sender.startswith(_MESSAGING_SERVICE)
        validity = min(outgoing.ttl, LONGEST_VALIDITY) if outgoing.ttl else values.unset
        return {
            "body": outgoing.body,
            "status_callback": callback,
            "validity_period": validity,
            "messaging_service_sid" if by_service else "from_": sender,
        }


def _outcome_of(status: int, code: object, text: str) -> Outcome:
    """Judge an error answer by its code first; the HTTP status decides only where the code says nothing."""
    known, detail = str(code) if code else None, text[:400]
    if status >= _SERVER_ERROR or status in _REDIRECT:
        return OutcomeUnknown(code=known, detail=f"HTTP {status}: {detail}")
    if known in THROTTLED or status == _TOO_MANY:
        wait = seconds_to_wait(_wait_asked_for.get(), now=clock.now())
        return NotProcessed(reason="throttled", code=known, detail=detail, retry_after=wait)
    meaning = meaning_of_refusal(known)
    return Refused(reason=meaning.reason, code=known, detail=detail, consequence=meaning.consequence)
