"""Twilio, through its official SDK. The only file that knows the SDK's client.

Creating a message is not idempotent. Therefore: no retries inside the SDK, a time limit on every call, and of each
failure only what is certain: a 429 was not processed, a refusal has a code, no connection means nothing was sent, and
everything else (5xx, time-out, reset, an answer that cannot be read) is unknown.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    TCPConnector,
    encode_basic_auth,
)
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from backend.delivery import Accepted, Lookup, NotProcessed, Outcome, OutcomeUnknown, Outgoing, Refused, State
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
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


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
        return await super().request(method, self._rebased(url), params, data, headers, None, limit, allow_redirects)

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
            return _outcome_of(error)
        except ClientConnectorError as error:
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

    async def find(self, lookup: Lookup) -> Accepted | None:
        """Look through what was created for the same number since then.

        The list does not tell the callback's address, so the body decides; references of other messages do not count.
        """
        since = lookup.began_at - CLOCKS_DIFFER
        try:
            listed = await self._client.messages.list_async(to=lookup.address, date_sent_after=since, limit=LISTED)
        except (TwilioException, ClientError, TimeoutError, OSError, ValueError):
            return None
        for message in listed:
            created = message.date_created
            if created is None or created < since or message.body != lookup.body or message.sid in lookup.known_refs:
                continue
            return Accepted(ref=str(message.sid), state=STATES.get(str(message.status), State.ACCEPTED))
        return None

    def _arguments(self, outgoing: Outgoing) -> dict[str, Any]:
        account = self._account
        callback = f"{account.callback_url}/{outgoing.id}" if account.callback_url else values.unset
        sender = (
            {"messaging_service_sid": account.messaging_service}
            if account.messaging_service
            else {"from_": account.sender}
        )
        validity = min(outgoing.ttl, LONGEST_VALIDITY) if outgoing.ttl else values.unset
        return {"body": outgoing.body, "status_callback": callback, "validity_period": validity, **sender}


def _outcome_of(error: TwilioRestException) -> Outcome:
    """Judge an error answer by its code first; the HTTP status decides only where the code says nothing."""
    code = str(error.code) if error.code else None
    detail = str(error.msg)[:400]
    if error.status >= _SERVER_ERROR:
        return OutcomeUnknown(code=code, detail=f"HTTP {error.status}: {detail}")
    if code in THROTTLED or error.status == _TOO_MANY:
        return NotProcessed(reason="throttled", code=code, detail=detail)
    meaning = meaning_of_refusal(code)
    return Refused(reason=meaning.reason, code=code, detail=detail, consequence=meaning.consequence)
