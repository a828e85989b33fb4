"""Memory does not grow with a file: what reading it holds is bounded by a chunk, however many rows there are."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

from backend.core import clock
from backend.unify.files.mapping import suggest
from backend.unify.files.plan import Chunk, Planner, Reading
from backend.unify.files.sales import SALES
from backend.unify.files.sales.reader import Place, Places, SalesReader
from backend.unify.files.sales.receipts import Row
from backend.unify.files.tables import open_table
from backend.unify.files.targets import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FEW, _MANY = 6_000, 24_000
_CHUNK = 600


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


def _peak_of_sales(path: Path, rows: int) -> int:
    """The same of a file of sales, whose receipts are torn apart: their second lines stand behind all first ones."""
    with path.open("w", encoding="utf-8") as file:
        file.write("영수증번호,매장코드,판매일시,상품코드,수량,판매금액\n")
        for number in range(rows):
            file.write(f"{number % (rows // 2)},S1,2026-01-15 14:05,C-{number},1,1000\n")
    table = open_table(path)
    reading = Reading(suggest(table, SALES), "none", False, clock.now().date(), {"S1": "s"}, {})  # noqa: FBT003 - a field's value
    places = Places({"s": Place("S1", "Asia/Seoul", "KRW")}, {}, clock.now())
    tracemalloc.start()
    try:
        chunks = SalesReader(table, reading, places).chunks(after=0, size=_CHUNK)
        sales: Iterator[Any] = (row for values in chunks for row in Chunk._make(values).rows)
        read = sum(len(Row._make(sale).items) for sale in sales)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        assert read == rows


def test_sales_that_are_torn_apart_hold_no_more_either(tmp_path: Path) -> None:
    few, many = (_peak_of_sales(tmp_path / f"{rows}.csv", rows) for rows in (_FEW, _MANY))
    assert many <= few * 1.1, f"{few:,} bytes for {_FEW:,} lines, {many:,} for {_MANY:,}"
