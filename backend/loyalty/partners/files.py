"""Partners' files: CSV in UTF-8 with a heading. What became of each line goes to another file."""

from __future__ import annotations

import contextlib
import csv
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from marshmallow import ValidationError

from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from backend.core.errors import DangolError, ValidationFailed
from backend.core.schemas import flatten
from backend.loyalty.partners import access, cards, incoming, outgoing
from backend.loyalty.partners.cards import Tie
from backend.loyalty.partners.incoming import Wish
from backend.loyalty.partners.outgoing import Answer
from backend.loyalty.partners.schemas import AnswerData, TransferInData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from marshmallow import Schema

_AT_ONCE = 200
_TRANSFER_COLUMNS = ("reference", "card", "points", "date")
_ANSWER_COLUMNS = ("reference", "outcome", "reason")
_CARD_COLUMNS = ("token", "card")
_OUTGOING_COLUMNS = ("reference", "account", "points", "date")


class Line(NamedTuple):
    """A line of a file by its columns, and its number; the heading is line 1."""

    number: int
    values: dict[str, str]


class Outcome(NamedTuple):
    """What became of a line."""

    line: int
    reference: str
    outcome: str
    points: int | None = None
    field: str | None = None
    why: str | None = None


@dataclass
class Figures:
    """How many lines came to what, the points that were given, and how many lines are amiss."""

    counts: dict[str, int] = field(default_factory=dict)
    points: int = 0
    amiss: int = 0

    def note(self, outcome: Outcome) -> None:
        """Count a line."""
        self.counts[outcome.outcome] = self.counts.get(outcome.outcome, 0) + 1
        self.amiss += outcome.why is not None
        if outcome.outcome == "done":
            self.points += outcome.points or 0


class _Undone(DangolError):
    """Only looked at."""


def take_transfers(path: Path, code: str, *, result: Path, dry_run: bool = False) -> Figures:
    """Take in a file of transfers, some lines at a time; the same file again goes on where it ended.

    Raises `NotFound` for an unknown partner, `ValidationFailed` for a file that cannot be read.
    """
    access.partner(code)
    schema = TransferInData()

    def work(lines: Sequence[Line]) -> list[Outcome]:
        read = [(line, _read(schema, _as_transfer(line.values))) for line in lines]
        wishes = [Wish(**data) for _, data in read if isinstance(data, dict)]
        taken = iter(incoming.take_in(code, wishes, acting_staff=SYSTEM))
        return [
            _of_transfer(line, next(taken)) if isinstance(data, dict) else data._replace(line=line.number)
            for line, data in read
        ]

    return _through(path, _TRANSFER_COLUMNS, work, result=result, dry_run=dry_run)


def take_answers(path: Path, code: str, *, result: Path, dry_run: bool = False) -> Figures:
    """Take in what a partner answers to transfers to it. Raises as `take_transfers`."""
    access.partner(code)
    schema = AnswerData()

    def work(lines: Sequence[Line]) -> list[Outcome]:
        read = [(line, _read(schema, dict(line.values))) for line in lines]
        answers = [Answer(**data) for _, data in read if isinstance(data, dict)]
        given = iter(outgoing.answer(access.partner(code), answers, acting_staff=SYSTEM))
        return [
            Outcome(line.number, (each := next(given)).reference, each.outcome, why=each.why)
            if isinstance(data, dict)
            else data._replace(line=line.number)
            for line, data in read
        ]

    return _through(path, _ANSWER_COLUMNS, work, result=result, dry_run=dry_run)


def take_cards(path: Path, code: str, *, result: Path, dry_run: bool = False) -> Figures:
    """Take in a bank's file of tokens, some lines at a time. Raises as `take_transfers`."""
    access.partner(code)

    def work(lines: Sequence[Line]) -> list[Outcome]:
        ties = [Tie(line.values["token"], line.values["card"]) for line in lines]
        tied = cards.tie(code, ties, acting_staff=SYSTEM)
        return [
            Outcome(line.number, each.token, each.outcome, field=each.field, why=each.why)
            for line, each in zip(lines, tied, strict=True)
        ]

    return _through(path, _CARD_COLUMNS, work, result=result, dry_run=dry_run)


def write_outgoing(path: Path, code: str, *, again: bool = False) -> int:
    """Write what goes to a partner to a new file, and note that it was told; how many lines.

    The file is there before the note is: what is told twice has the same reference. Raises `ValidationFailed` for a
    file that is there already.
    """

    def work() -> int:
        found = outgoing.collect(access.partner(code), again=again)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_OUTGOING_COLUMNS)
            writer.writerows((row.reference, row.account, row.theirs, row.booked_on) for row in found)
        return len(found)

    if path.exists():
        raise ValidationFailed({"to": ["There is such a file already."]})
    return run_in_unit_of_work(work)


def _through(
    path: Path,
    columns: tuple[str, ...],
    work: Callable[[Sequence[Line]], list[Outcome]],
    *,
    result: Path,
    dry_run: bool,
) -> Figures:
    figures = Figures()
    with result.open("w", encoding="utf-8-sig", newline="") as told:
        writer = csv.writer(told)
        writer.writerow(Outcome._fields)
        lines = _lines(path, columns)
        while part := list(islice(lines, _AT_ONCE)):
            for outcome in _tried(work, part) if dry_run else run_in_unit_of_work(lambda part=part: work(part)):  # type: ignore[misc] # mypy cannot infer lambdas with defaults
                figures.note(outcome)
                writer.writerow(outcome)
            told.flush()
    return figures


def _tried(work: Callable[[Sequence[Line]], list[Outcome]], part: Sequence[Line]) -> list[Outcome]:
    """What would become of some lines; nothing stays."""
    found: list[Outcome] = []

    def attempt() -> None:
        found[:] = work(part)
        raise _Undone

    with contextlib.suppress(_Undone):
        run_in_unit_of_work(attempt)
    return found


def _lines(path: Path, columns: tuple[str, ...]) -> Iterator[Line]:
    """The lines of a file. Raises `ValidationFailed` where it is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or ()) and name != "reason"]
            if missing:
                raise ValidationFailed({path.name: [f"The first line names no column {name}." for name in missing]})
            for values in reader:
                picked = {name: (values.get(name) or "").strip() for name in columns}
                if any(picked.values()):
                    yield Line(reader.line_num, picked)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValidationFailed({path.name: ["This is no CSV file in UTF-8, or it is damaged."]}) from error


def _as_transfer(values: dict[str, str]) -> dict[str, Any]:
    points = values["points"].replace(",", "")
    number: object = int(points) if points.isascii() and points.isdigit() and len(points) < len("9" * 12) else points
    return {"reference": values["reference"], "card": values["card"], "points": number, "on": values["date"]}


def _read(schema: Schema, values: dict[str, Any]) -> dict[str, Any] | Outcome:
    try:
        data: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        named, texts = next(iter(flatten(error.messages).items()))
        shown = "date" if named == "on" else named
        # The line is named by whoever knows it.
        return Outcome(0, str(values["reference"]), "refused", field=shown, why=" ".join(texts))
    return data


def _of_transfer(line: Line, taken: incoming.Taken) -> Outcome:
    shown = "date" if taken.field == "on" else taken.field
    return Outcome(line.number, taken.reference, taken.outcome, taken.ours or None, shown, taken.why)
