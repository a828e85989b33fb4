"""Names of other people's servers, looked up at each connection. For workers: it loads the HTTP client."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from backend.core.outbound import is_private

if TYPE_CHECKING:
    from collections.abc import Collection


class PrivateAddress(OSError):
    """A name leads into a private network."""


class PublicResolver(AbstractResolver):
    """Refuses names that lead to this machine or its network, but those that are `ours`.

    `resolver` is whom names are asked of, the system unless another is given.
    """

    def __init__(self, resolver: AbstractResolver | None = None, *, ours: Collection[str] = ()) -> None:
        self._resolver = resolver or DefaultResolver()
        self._ours = frozenset(ours)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve as the resolver below does. Raises `PrivateAddress`."""
        found = await self._resolver.resolve(host, port, family)
        if host not in self._ours and any(is_private(each["host"]) for each in found):
            raise PrivateAddress
        return found

    async def close(self) -> None:
        """Give back what the resolver below holds."""
        await self._resolver.close()
