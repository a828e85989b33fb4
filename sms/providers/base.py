"""The port to whoever carries texts: what a provider is, for the rest of the package.

`open`, `send`, `find` and `check` are all that is asked of one; the contract suite in `tests/sms` says what of
each. How a provider reports later is its own: each has an address whose requests only it can sign (`sms.webhooks`,
`sms.relay_webhook`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from backend.delivery import Transport

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of asking a provider whether it knows us. `ok` is None where it cannot be asked without sending."""

    ok: bool | None
    detail: str | None = None


class ProviderTransport(Transport, Protocol):
    """An open connection. `send` makes at most one request, answers every failure with an outcome and raises none."""

    async def check(self) -> Checked:
        """Ask whether the credentials are right, without sending anything."""
        ...


class Provider(Protocol):
    """Opens transports."""

    def open(self) -> AbstractAsyncContextManager[ProviderTransport]:
        """Open a transport inside the running event loop; leaving it closes its connections."""
        ...
