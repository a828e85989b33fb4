"""`push_sqlite`: pushes against bare `sqlite3.executemany`, WAL and `synchronous = FULL` for both (see `pushes`)."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.pushes import Bare, Row, Write, measure

if TYPE_CHECKING:
    from collections.abc import Iterable


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder:
        return measure("push_sqlite", Files(Path(folder)), Path(folder))


@dataclass(frozen=True)
class Files:
    """SQLite files in a folder."""

    folder: Path

    def make(self, name: str) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{self._path(name)}"

    def copy(self, source: str, name: str) -> str:
        """A copy of a file."""
        shutil.copy(self._path(source), self._path(name))
        return self.make(name)

    def bare(self, name: str) -> Bare:
        """The connection of `sqlite3` itself."""
        return _Bare(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"


class _Bare:
    mark = "?"

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
            self._connection.execute(f"PRAGMA {pragma}")

    def rows(self, table: str, columns: Iterable[str]) -> list[Row]:
        names = ", ".join(f'"{name}"' for name in columns)
        return self._connection.execute(f'SELECT {names} FROM "{table}"').fetchall()  # noqa: S608 - our own names

    def write(self, writes: list[Write]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for each in writes:
            self._connection.executemany(each.statement, each.values)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
