"""The port to whoever carries texts: what a provider is, for the rest of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from backend.delivery import Transport


class Provider(Protocol):
    """Opens transports. A transport's `send` answers every failure with an outcome and raises none of its own."""

    def open(self) -> AbstractAsyncContextManager[Transport]:
        """Open a transport inside the running event loop; leaving it closes its connections."""
        ...
