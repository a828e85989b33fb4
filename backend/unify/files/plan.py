"""From a file to what is to be written, a chunk of rows at a time. Touches no database: it runs beside the writer.

Chunks begin at the same rows in every run over a file, so that one that is taken up ends like one that ran through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from backend.unify.files import cells
from backend.unify.files.fields import FURTHER, NAMES, PLACE
from backend.unify.files.seen import Seen
from backend.unify.problems import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from backend.unify.files.mapping import Columns
    from backend.unify.files.sentences import Trouble
    from backend.unify.files.tables import Table

CHUNK = 5_000
"""How many rows are written together: the write lock is held for a fraction of a second, a kill costs at most these."""
KEYS = {
    "source-key": ("source_key",),
    "card": ("card",),
    "phone": ("phone",),
    "phone+name": ("phone", "name"),
}
"""By what a row is known again, and the fields that this takes."""
Values = list[str | None]
# (line, values in the order of `NAMES`, all cards, whether an earlier chunk had the key)
Row = tuple[int, Values, list[str], bool]
_CARD = PLACE["card"]
_PREFERENCES = [name for name in FURTHER if name != "phones"]
_FURTHER = [PLACE[name] for name in FURTHER]


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

    def __init__(self, table: Table, reading: Reading) -> None:
        self._table = table
        self._reading = reading
        self._readers = self._make_readers()
        self._key = [PLACE[name] for name in KEYS[reading.key]]
        self._headings = {PLACE[name]: reading.columns.headings[at] for at, name in reading.columns.columns.items()}
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

    def _make_readers(self) -> list[tuple[int, int, Callable[[str], str]]]:
        given = self._reading
        readers: dict[str, Callable[[str], str]] = {
            "source_key": cells.one_line(80),
            "name": cells.one_line(120),
            "name_latin": cells.one_line(120),
            "name_han": cells.one_line(60),
            "phone": cells.phone,
            "email": cells.email,
            "language": cells.languages().__getitem__,
            "birth_date": cells.Days(given.today).__getitem__,
            "sex": cells.sexes().__getitem__,
            "nationality": cells.Countries().__getitem__,
            "district": cells.one_line(60),
            "store": cells.Codes(given.stores, "store").__getitem__,
            "memo": cells.memo,
            "card": cells.card,
            "unit": cells.Codes(given.units, "unit").__getitem__,
            "phones": cells.several(cells.phone),
            **dict.fromkeys(_PREFERENCES, cells.several(cells.one_line(120))),
        }
        return [(place, PLACE[name], readers[name]) for place, name in sorted(given.columns.columns.items())]

    def _values(self, line: int, texts: Sequence[str], width: int, reason: str | None) -> Values | None:
        """The values of a row; None when it is left out (for `reason`, or another), the problem noted."""
        if len(texts) != width:
            texts = _trimmed(texts, width)
        if len(texts) != width:
            self._problems.append((line, reason, "", "") if reason else (line, "width", str(len(texts)), str(width)))
            return None
        values: Values = [None] * len(NAMES)
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
                self._problems.append((line, "key_empty", self._headings[field], ""))
                return None
        return values if whole else None

    def _settled(self, last_line: int, rows: list[tuple[int, Values]], bad: int) -> Chunk:
        """The chunk, in which each key stands once: of rows with one key the later wins where it says anything."""
        numbers = [hash(tuple([values[place] for place in self._key])) for _, values in rows]
        earlier = self._seen.find(numbers)
        taken = self._taken_cards(rows, numbers)
        kept: dict[int, Row] = {}
        repeated = 0
        for (line, values), number in zip(rows, numbers, strict=True):
            if line in taken:
                self._problems.append((line, "card_above", self._headings[_CARD], str(taken[line])))
                bad += 1
                continue
            card = values[_CARD]
            cards = [] if card is None else [card]
            before = kept.get(number)
            seen_on = before[0] if before else earlier[number][0] if number in earlier else None
            if seen_on is not None:
                repeated += 1
                self._problems.append((line, "repeated", self._key_text(), str(seen_on)))
            if before is not None:
                cards = list(dict.fromkeys([*before[2], *cards]))
            kept[number] = (line, _over(before[1], values) if before else values, cards, number in earlier)
        self._seen.keep([(number, row[0], number) for number, row in kept.items()])
        problems, self._problems = sorted(self._problems, key=lambda problem: problem[0]), []
        return Chunk(last_line, self._table.fraction(), list(kept.values()), problems, bad, repeated)

    def _taken_cards(self, rows: list[tuple[int, Values]], numbers: list[int]) -> dict[int, int]:
        """{line: line of the other} of rows whose card a row with another key had."""
        if self._reading.key == "card" or _CARD not in self._headings:
            return {}
        owners = self._cards.find([hash(values[_CARD]) for _, values in rows if values[_CARD]])
        refused: dict[int, int] = {}
        for (line, values), number in zip(rows, numbers, strict=True):
            if values[_CARD] is None:
                continue
            card = hash(values[_CARD])
            first, whose = owners.setdefault(card, (line, number))
            if whose != number:
                refused[line] = first
        self._cards.keep([(card, line, whose) for card, (line, whose) in owners.items()])
        return refused

    def _key_text(self) -> str:
        return " and ".join(self._headings[place] for place in self._key)


def _over(old: Values, new: Values) -> Values:
    """`new` where it says anything, else `old`; both where a member may have several."""
    both = [after if after is not None else before for before, after in zip(old, new, strict=True)]
    for place in _FURTHER:
        if before := old[place]:
            both[place] = "\n".join(dict.fromkeys([*before.split("\n"), *(new[place] or before).split("\n")]))
    return both


def _trimmed(texts: Sequence[str], width: int) -> Sequence[str]:
    """A row without the empty cells that spreadsheets put behind the last column."""
    cells_ = list(texts)
    while len(cells_) > width and not cells_[-1].strip():
        cells_.pop()
    return cells_


__all__ = ["CHUNK", "KEYS", "Chunk", "Planner", "Reading", "Row", "Values"]
