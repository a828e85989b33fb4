"""Memory does not grow with a file: what reading it holds is bounded by a chunk, however many rows there are."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

from backend.core import clock
from backend.unify.files.mapping import suggest
from backend.unify.files.plan import Chunk, Planner, Reading
from backend.unify.files.tables import open_table
from backend.unify.files.targets import MEMBERS

if TYPE_CHECKING:
    from pathlib import Path

_FEW, _MANY = 10_000, 40_000
_CHUNK = 1_000


def _file(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("고객번호,이름,휴대폰,카드번호,생년월일\n")
        for number in range(rows):
            phone = f"010-{2000 + number // 10_000:04d}-{number % 10_000:04d}"
            file.write(f"C{number},회원{number},{phone},88{number:010d},1990-01-{number % 28 + 1:02d}\n")
    return path


def _peak(path: Path, rows: int) -> int:
    """What reading the file holds at most, in bytes."""
    table = open_table(path)
    reading = Reading(suggest(table, MEMBERS), "source-key", False, clock.now().date(), {}, {})  # noqa: FBT003 - a field's value
    tracemalloc.start()
    try:
        read = sum(
            len(Chunk._make(values).rows) for values in Planner(table, reading, MEMBERS).chunks(after=0, size=_CHUNK)
        )
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        assert read == rows


def test_reading_four_times_the_rows_holds_no_more(tmp_path: Path) -> None:
    few, many = _peak(_file(tmp_path / "few.csv", _FEW), _FEW), _peak(_file(tmp_path / "many.csv", _MANY), _MANY)
    assert many <= few * 1.1, f"{few:,} bytes for {_FEW:,} rows, {many:,} for {_MANY:,}"
