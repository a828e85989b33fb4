"""A provider that only writes what it would send to the process's standard output: for trying things out."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TextIO

from backend.core.ids import new_id
from backend.delivery import Accepted, Lookup, Outcome, Outgoing, State
from sms.encoding import measure
from sms.providers.base import Checked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class ConsoleProvider:
    """Writes each text to a stream and calls it delivered."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ConsoleProvider]:
        """There is nothing to open."""
        yield self

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Write the text."""
        print(f"to {outgoing.address}:\n{outgoing.body}\n", file=self._stream or sys.stdout, flush=True)
        return Accepted(ref=f"console-{new_id()}", state=State.DELIVERED, size=measure(outgoing.body).segments)

    async def find(self, lookup: Lookup) -> None:
        """There is no list: what was written is in the terminal."""

    async def check(self) -> Checked:
        """There is nothing that could be wrong."""
        return Checked(ok=True)
