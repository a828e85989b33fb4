"""From a file to what is to be written, a chunk of rows at a time. Touches no database: it runs beside the writer.

Chunks begin at the same rows in every run over a file, so that one that is taken up ends like one that ran through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from backend.unify.files.seen import Seen
from backend.unify.problems import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from backend.unify.files.mapping import Columns
    from backend.unify.files.sentences import Trouble
    from backend.unify.files.tables import Table
    from backend.unify.files.target import Target

CHUNK = 5_000
"""How many rows are written together: the write lock is held for a fraction of a second, a kill costs at most these."""
Values = list[str | None]
# (line, values in the order of the fields, all its cards, whether an earlier chunk had the key)
Row = tuple[int, Values, list[str], bool]


class Chunk(NamedTuple):
    """What one unit of work writes. `problems` are `Trouble`s, for which `bad` rows were left out."""

    last_line: int
    fraction: float
    rows: list[Row]
    problems: list[Trouble]
    bad: int
    repeated: int


@dataclass(frozen=True)
class Reading:
    """How the rows of a file are read: which column is what, by what rows are known, what codes there are."""

    columns: Columns
    key: str
    keep_going_fields: bool
    today: date
    stores: Mapping[str, str]
    units: Mapping[str, str]


class Planner:
    """Reads a file into chunks."""

    def __init__(self, table: Table, reading: Reading, target: Target) -> None:
        self._table = table
        self._reading = reading
        self._target = target
        place = target.fields.place
        readers = target.readers(reading)
        self._readers = [(at, place[name], readers[name]) for at, name in sorted(reading.columns.columns.items())]
        self._nothing: Values = [None] * len(place)
        self._key = [place[name] for name in target.keys[reading.key]]
        self._alone = place[target.alone]
        self._several = [place[name] for name in target.several]
        self._headings = {place[name]: reading.columns.headings[at] for at, name in reading.columns.columns.items()}
        self._problems: list[Trouble] = []

    def chunks(self, *, after: int, size: int) -> Iterator[tuple[object, ...]]:
        """`Chunk`s as plain tuples, of the rows behind line `after`; those before it are read for their keys only."""
        # Made here: SQLite does not go along into another process.
        self._seen, self._cards = Seen(), Seen()
        width = len(self._reading.columns.headings)
        rows: list[tuple[int, Values]] = []
        count = bad = line = 0
        for line, texts, reason in self._table.records():
            if line == self._reading.columns.heading_line:
                continue
            count += 1
            values = self._values(line, texts, width, reason)
            if values is None:
                bad += 1
            else:
                rows.append((line, values))
            if count == size:
                chunk = self._settled(line, rows, bad)
                if line > after:
                    yield tuple(chunk)
                rows, count, bad = [], 0, 0
        chunk = self._settled(line, rows, bad)
        if line > after:
            yield tuple(chunk)

    def _values(self, line: int, texts: Sequence[str], width: int, reason: str | None) -> Values | None:
        """The values of a row; None when it is left out (for `reason`, or another), the problem noted."""
        if len(texts) != width:
            texts = trimmed(texts, width)
        if len(texts) != width:
            self._problems.append((line, reason, "", "") if reason else (line, "width", str(len(texts)), str(width)))
            return None
        values = self._nothing.copy()
        whole = True
        for place, field, read in self._readers:
            text = texts[place].strip()
            if not text:
                continue
            try:
                values[field] = read(text)
            except UnreadableValueError as error:
                self._problems.append((line, str(error), self._headings[field], error.detail))
                whole = whole and self._reading.keep_going_fields and field not in self._key
        for field in self._key:
            if whole and values[field] is None:
                self._problems.append((line, self._target.word("key_empty"), self._headings[field], ""))
                return None
        return values if whole else None

    def _settled(self, last_line: int, rows: list[tuple[int, Values]], bad: int) -> Chunk:
        """The chunk, in which each key stands once: of rows with one key the later wins where it says anything."""
        numbers = [hash(tuple([values[place] for place in self._key])) for _, values in rows]
        earlier = self._seen.find(numbers)
        taken = self._taken(rows, numbers)
        kept: dict[int, Row] = {}
        repeated = 0
        for (line, values), number in zip(rows, numbers, strict=True):
            if line in taken:
                self._problems.append(
                    (line, self._target.word("card_above"), self._headings[self._alone], str(taken[line]))
                )
                bad += 1
                continue
            card = values[self._alone]
            cards = [] if card is None else [card]
            before = kept.get(number)
            seen_on = before[0] if before else earlier[number][0] if number in earlier else None
            if seen_on is not None:
                repeated += 1
                self._problems.append((line, "repeated", self._key_text(), str(seen_on)))
            if before is not None:
                cards = list(dict.fromkeys([*before[2], *cards]))
            kept[number] = (line, self._over(before[1], values) if before else values, cards, number in earlier)
        self._seen.keep([(number, row[0], number) for number, row in kept.items()])
        problems, self._problems = sorted(self._problems, key=lambda problem: problem[0]), []
        return Chunk(last_line, self._table.fraction(), list(kept.values()), problems, bad, repeated)

    def _taken(self, rows: list[tuple[int, Values]], numbers: list[int]) -> dict[int, int]:
        """{line: line of the other} of rows whose card a row with another key had."""
        at = self._alone
        if self._key == [at] or at not in self._headings:
            return {}
        owners = self._cards.find([hash(values[at]) for _, values in rows if values[at]])
        refused: dict[int, int] = {}
        for (line, values), number in zip(rows, numbers, strict=True):
            if values[at] is None:
                continue
            card = hash(values[at])
            first, whose = owners.setdefault(card, (line, number))
            if whose != number:
                refused[line] = first
        self._cards.keep([(card, line, whose) for card, (line, whose) in owners.items()])
        return refused

    def _key_text(self) -> str:
        return " and ".join(self._headings[place] for place in self._key)

    def _over(self, old: Values, new: Values) -> Values:
        """`new` where it says anything, else `old`; both where a row may say several."""
        both = [after if after is not None else before for before, after in zip(old, new, strict=True)]
        for place in self._several:
            if before := old[place]:
                both[place] = "\n".join(dict.fromkeys([*before.split("\n"), *(new[place] or before).split("\n")]))
        return both


def trimmed(texts: Sequence[str], width: int) -> Sequence[str]:
    """A row without the empty cells that spreadsheets put behind the last column."""
    cells_ = list(texts)
    while len(cells_) > width and not cells_[-1].strip():
        cells_.pop()
    return cells_


__all__ = ["CHUNK", "Chunk", "Planner", "Reading", "Row", "Values"]
