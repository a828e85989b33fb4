"""Posting pushes: once each, without redirects, only to where the settings allow, never into a private network."""

from __future__ import annotations

import asyncio
import json
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiohttp import (
    ClientConnectorDNSError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

from backend.core import clock
from backend.core.outbound import seconds_to_wait
from backend.core.resolving import PrivateAddress, PublicResolver
from backend.delivery import Accepted, Lookup, Missing, Refused
from backend.push import answers, rules
from backend.push.answers import Answer
from backend.push.targets import PushRoute
from backend.push.writing import Profile, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.abc import AbstractResolver

    from backend.delivery import Outcome, Outgoing
    from backend.push.keys import PushKeys
    from backend.push.kinds import Kind
    from backend.push.targets import Target

CONNECT_SECONDS: Final = 8.0
TOTAL_SECONDS: Final = 20.0
_LONGEST_DETAIL: Final = 200


@dataclass(frozen=True)
class Services:
    """Whom pushes may go to: names of push services, and of the house's own."""

    public: tuple[str, ...]
    local: tuple[str, ...] = ()

    def fault_of(self, endpoint: str) -> str | None:
        """Say why an endpoint is not asked; None when it is."""
        return rules.fault_of_endpoint(endpoint, services=self.public, local=self.local)


def open_session(services: Services, *, resolver: AbstractResolver | None = None) -> ClientSession:
    """Open connections; `resolver` is whom names are asked of, the system unless another is given."""
    guarded = PublicResolver(resolver, ours=services.local)
    connector = TCPConnector(limit=64, resolver=guarded, ssl=ssl.create_default_context())
    limit = ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS)
    return ClientSession(connector=connector, timeout=limit, cookie_jar=DummyCookieJar())


class PushTransport:
    """Hands a message to every browser of its route.

    One that is repeated replaces itself (Topic, and the notice's tag): what nobody knows about simply goes again.
    """

    def __init__(
        self, session: ClientSession, *, keys: PushKeys, services: Services, kinds: Mapping[str, Kind]
    ) -> None:
        self._session = session
        self._keys = keys
        self._services = services
        self._kinds = kinds

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Post to every browser at once; the answers are published when the outcome is written down."""
        route = outgoing.route
        said = json.loads(outgoing.body)
        kind = self._kinds.get(said["kind"])
        if not isinstance(route, PushRoute) or kind is None:
            return Refused(reason="no_device")
        ttl = kind.ttl if outgoing.ttl is None else min(kind.ttl, outgoing.ttl)
        profile = Profile(topic=said["notice"], ttl=ttl, urgency=kind.urgency)
        posts = (self._post(target, _payload(said, kind, target), profile) for target in route.targets)
        found = await asyncio.gather(*posts)
        return answers.outcome_of(outgoing.id, outgoing.attempt, found, told=route.told, wait=route.wait)

    async def find(self, lookup: Lookup) -> Accepted | Missing | None:  # noqa: ARG002 - there is no list to look into
        """Push services keep no list; the message goes again, and replaces itself."""
        return Missing()

    async def _post(self, target: Target, payload: dict[str, object], profile: Profile) -> Answer:
        answer = await self._try(target, payload, profile)
        if answer.said == "too_large":
            # The least that still says what it is about: the app asks the server for the rest.
            return await self._try(target, {"v": payload["v"], "kind": payload["kind"]}, profile)
        return answer

    async def _try(self, target: Target, payload: dict[str, object], profile: Profile) -> Answer:
        service = urlsplit(target.endpoint).hostname or ""
        fault = self._services.fault_of(target.endpoint)
        if fault is not None:
            return Answer(
                subscription_id=target.id, service=service, said="refused", reason="push_not_allowed", detail=fault
            )
        try:
            encoded = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
            written = write(encoded, target, profile, keys=self._keys)
        except ValueError as error:
            detail = str(error) or "too long"
            return Answer(
                subscription_id=target.id, service=service, said="refused", reason="push_refused", detail=detail
            )
        try:
            return await self._ask(target, service, written.body, written.headers)
        except (ClientError, TimeoutError, OSError) as error:
            return _no_answer(target, service, error)

    async def _ask(self, target: Target, service: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        asked = self._session.post(target.endpoint, data=body, headers=headers, allow_redirects=False)
        async with asked as response:
            said, reason = answers.said_by(response.status)
            wait = seconds_to_wait(response.headers.get("Retry-After"), now=clock.now())
            words = b"" if said == "took" else await response.content.read(_LONGEST_DETAIL)
        return Answer(
            subscription_id=target.id,
            service=service,
            said=said,
            reason=reason,
            code=str(response.status),
            wait=wait,
            detail=_printable(words),
        )


def _payload(said: Mapping[str, object], kind: Kind, target: Target) -> dict[str, object]:
    """What the service worker reads: no names, no numbers of anybody, only what kind, how many and where to look."""
    path = kind.paths["floor" if target.surface == "floor" else "desk"]
    return {**said, "path": path, "language": target.language}


def _no_answer(target: Target, service: str, error: Exception) -> Answer:
    inner = error.os_error if isinstance(error, ClientConnectorDNSError) else error
    if isinstance(inner, PrivateAddress):
        return Answer(
            subscription_id=target.id,
            service=service,
            said="refused",
            reason="push_not_allowed",
            detail="its name leads into a private network",
        )
    return Answer(
        subscription_id=target.id,
        service=service,
        said="wait",
        reason="push_unreachable",
        detail=type(error).__name__,
    )


def _printable(words: bytes) -> str | None:
    text = "".join(char for char in words.decode("utf-8", "replace") if char.isprintable())
    return text or None
