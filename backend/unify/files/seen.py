"""Which keys a file has had so far, without holding them all: in a temporary SQLite file that is nobody else's."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAGES_IN_MEMORY = -8_192  # KiB


class Seen:
    """Numbers of 64 bits with the line that had each last, and the key it had there."""

    def __init__(self) -> None:
        # An empty name is a private file that SQLite deletes by itself.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(f"PRAGMA cache_size = {_PAGES_IN_MEMORY}")
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("CREATE TABLE seen (number INTEGER PRIMARY KEY, line INTEGER, whose INTEGER)")
        self._connection.execute("BEGIN")
        self._any = False

    def find(self, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
        """{number: (line, whose)} of those that were kept."""
        if not self._any:
            return {}
        wanted = orjson.dumps(sorted(numbers)).decode()
        query = "SELECT number, line, whose FROM seen WHERE number IN (SELECT value FROM json_each(?))"
        return {number: (line, whose) for number, line, whose in self._connection.execute(query, (wanted,))}

    def keep(self, entries: Sequence[tuple[int, int, int]]) -> None:
        """Keep (number, line, whose), in place of what was kept of the number."""
        self._any = self._any or bool(entries)
        self._connection.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", sorted(entries))
