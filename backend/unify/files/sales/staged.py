"""The lines of a file by their receipts, wherever they stand in it: in a private temporary SQLite file."""

from __future__ import annotations

import sqlite3
from itertools import groupby
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

_KIB_IN_MEMORY = -8_192
_AT_ONCE = 5_000


class Staged:
    """Lines that were read, to be had again by receipt number, in the order of each number's first line."""

    def __init__(self) -> None:
        # An empty name is a private file that SQLite deletes by itself.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(f"PRAGMA cache_size = {_KIB_IN_MEMORY}")
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA temp_store = FILE")
        self._connection.execute("CREATE TABLE line (receipt TEXT, number INTEGER, content BLOB)")
        self._connection.execute("BEGIN")
        self._waiting: list[tuple[str, int, bytes]] = []

    def add(self, receipt: str, line: int, content: object) -> None:
        """Keep a line; lines come in the order of the file."""
        self._waiting.append((receipt, line, orjson.dumps(content)))
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def receipts(self, *, after: int) -> Iterator[tuple[int, Iterator[tuple[int, Any]]]]:
        """(first line, its lines as (line, content)) of the numbers that begin behind line `after`."""
        self._flush()
        self._connection.execute("CREATE INDEX line_receipt ON line (receipt, number)")
        query = (
            "SELECT first, number, content FROM"
            " (SELECT receipt, min(number) AS first FROM line GROUP BY receipt HAVING first > ?)"
            " JOIN line USING (receipt) ORDER BY first, number"
        )
        for first, lines in groupby(self._connection.execute(query, (after,)), key=lambda row: row[0]):
            yield first, ((number, orjson.loads(content)) for _, number, content in lines)

    def _flush(self) -> None:
        self._connection.executemany("INSERT INTO line VALUES (?, ?, ?)", self._waiting)
        self._waiting.clear()
