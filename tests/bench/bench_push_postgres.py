"""`push_postgres`: pushes against bare psycopg's `executemany`, `synchronous_commit` on for both (see `pushes`).

Both talk to the same private cluster, which is gone afterwards. psycopg sends an `executemany` as a pipeline.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.types.string import TextLoader
from sqlalchemy.engine import make_url

from tests import postgres
from tests.bench.pushes import Bare, Row, Write, measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.postgres import Cluster


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    try:
        with postgres.running(durable=True) as cluster, tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder:
            return measure("push_postgres", _Cluster(cluster), Path(folder))
    except postgres.Unavailable as problem:
        print(problem, file=sys.stderr)
        return False


@dataclass(frozen=True)
class _Cluster:
    cluster: Cluster

    def make(self, name: str) -> str:
        return self.cluster.create(name)

    def copy(self, source: str, name: str) -> str:
        return self.cluster.create(name, template=source)

    def bare(self, name: str) -> Bare:
        return _Bare(self.cluster.url(name))


class _Bare:
    mark = "%s"

    def __init__(self, url: str) -> None:
        address: dict[str, Any] = make_url(url).translate_connect_args(username="user", database="dbname")
        self._connection = psycopg.connect(**address, autocommit=True)
        self._connection.adapters.register_loader("jsonb", TextLoader)  # JSON stays the text that it is.

    def rows(self, table: str, columns: Iterable[str]) -> list[Row]:
        names = ", ".join(f'"{name}"' for name in columns)
        return self._connection.execute(f'SELECT {names} FROM "{table}"').fetchall()  # noqa: S608 - our own names

    def write(self, writes: list[Write]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for each in writes:
                cursor.executemany(each.statement, each.values)

    def close(self) -> None:
        self._connection.close()
