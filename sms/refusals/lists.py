"""Lists of who refused by an 080 number: CSV or a workbook with a column of numbers and one of times."""

from __future__ import annotations

import contextlib
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from backend.core.errors import DangolError, ValidationFailed
from backend.unify import in_zone, open_table, read_moment
from sms.refusals import numbers, units
from sms.refusals.numbers import BAD, Called

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from backend.core.audit import Actor

_AT_ONCE: Final = 200
_ZONE: Final = "Asia/Seoul"
_NUMBER: Final = ("number", "phone", "tel", "번호", "전화번호", "휴대폰", "휴대폰번호", "수신거부번호", "발신번호")
_TIME: Final = ("time", "refused_at", "date", "일시", "시각", "날짜", "거부일시", "수신거부일시", "등록일시", "일자")


class Outcome(NamedTuple):
    """What became of a row: `recorded`, `blocked`, `again` or `bad`, and then why."""

    line: int
    number: str
    outcome: str
    why: str | None = None


class _Row(NamedTuple):
    line: int
    number: str
    at: datetime | None
    why: str | None


class _Undone(DangolError):
    """Only looked at."""


def take_list(
    path: Path,
    unit: str,
    *,
    dry_run: bool = False,
    most: int | None = None,
    name: str | None = None,
    acting_staff: Actor = SYSTEM,
) -> Generator[Outcome, None, None]:
    """Take in a list for the business unit with the code `unit`, some rows at a time; what became of each.

    The same list again goes on where it ended. `most`: how many rows it may have. `name`: what it is
    called in the evidence. Raises `NotFound` for the unit,
    `ValidationFailed` for a file that cannot be read, both with the first row.
    """
    sender_id = units.unit(unit).id
    rows = _rows(path, most)
    while part := list(islice(rows, _AT_ONCE)):

        def work(part: Sequence[_Row] = part) -> list[Outcome]:
            return [_take(row, name or path.name, sender_id, acting_staff) for row in part]

        yield from _tried(work) if dry_run else run_in_unit_of_work(work)


def _take(row: _Row, name: str, sender_id: str, acting_staff: Actor) -> Outcome:
    if row.why is not None or row.at is None:
        return Outcome(row.line, row.number, BAD, row.why)
    evidence = {"list": name[:80], "line": row.line}
    outcome = numbers.take(Called(row.number, row.at, evidence), sender_id, acting_staff=acting_staff)
    return Outcome(row.line, row.number, outcome, "This is no phone number." if outcome == BAD else None)


def _tried(work: Any) -> list[Outcome]:  # noqa: ANN401 - what takes some rows
    found: list[Outcome] = []

    def attempt() -> None:
        found[:] = work()
        raise _Undone

    with contextlib.suppress(_Undone):
        run_in_unit_of_work(attempt)
    return found


def _rows(path: Path, most: int | None) -> Iterator[_Row]:
    records = open_table(path).records()
    heading = next(records, None)
    names = [_plain(each) for each in heading[1]] if heading else []
    places = [next((place for place, name in enumerate(names) if name in known), None) for known in (_NUMBER, _TIME)]
    at, when = places
    if at is None or when is None:
        missing = [word for word, place in (("number", at), ("time", when)) if place is None]
        raise ValidationFailed({"file": [f"The first line names no column {each}." for each in missing]})
    rows = (each for each in records if any(cell.strip() for cell in each[1]))
    for count, (line, cells, reason) in enumerate(rows, 1):
        if most is not None and count > most:
            sentence = f"This list has more than {most:,} rows; give it to the command `dangol sms refusals`."
            raise ValidationFailed({"file": [sentence]})
        yield _row(line, cells, reason, at=at, when=when)


def _row(line: int, cells: Sequence[str], reason: str | None, *, at: int, when: int) -> _Row:
    number, time = (cells[place].strip() if place < len(cells) else "" for place in (at, when))
    if reason is not None:
        return _Row(line, number, None, "This row cannot be read.")
    read = read_moment(time)
    if read is None:
        return _Row(line, number, None, f"{time!r} is no time." if time else "The time is missing.")
    moment = _at(read)
    return (
        _Row(line, number, None, "This time is in the future.")
        if moment > clock.now()
        else _Row(line, number, moment, None)
    )


def _at(read: str) -> datetime:
    """A day alone is its first moment: the same whenever the list is read again."""
    return in_zone(read, None if "T" in read else "00:00:00", _ZONE)


def _plain(heading: str) -> str:
    return "".join(heading.split()).lower()
