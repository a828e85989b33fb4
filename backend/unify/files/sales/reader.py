"""From a file's lines to whole sales, a chunk at a time. Touches no database: it runs beside the writer.

The file is read once into a temporary one, because lines of a receipt may stand anywhere in it; from there it comes
receipt by receipt, in the order of their first lines. Chunks are cut at the same receipts in every run over a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backend.unify.files.plan import Chunk, trimmed
from backend.unify.files.sales.fields import LOOSE, NEEDED, readers
from backend.unify.files.sales.receipts import Refused, whole
from backend.unify.files.sales.staged import Staged
from backend.unify.problems import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from backend.unify.files.plan import Reading
    from backend.unify.files.sales.receipts import Line
    from backend.unify.files.sentences import Trouble
    from backend.unify.files.tables import Table

_TOLD = 20_000
MOST_LINES = 500
"""As many lines as a sale from the floor may have."""


class Place(NamedTuple):
    """A store as far as a sale needs it."""

    code: str
    time_zone: str
    currency: str


class Places(NamedTuple):
    """What the database knows of what a file names: stores by id, staff by sign-in name; `now` bounds what was sold."""

    stores: Mapping[str, Place]
    staff: Mapping[str, str]
    now: datetime


class SalesReader:
    """Reads a file into chunks of whole sales."""

    def __init__(self, table: Table, reading: Reading, places: Places) -> None:
        self._table = table
        self._reading = reading
        self._places = places
        columns = reading.columns
        read = readers(reading.stores)
        self._readers = [(at, name, read[name]) for at, name in sorted(columns.columns.items())]
        self._at = {name: at for at, name in columns.columns.items()}
        self._headings = {name: columns.headings[at] for at, name in columns.columns.items()}
        self._needed = [name for name in (*NEEDED, "quantity") if name in self._at]
        self._line = 0

    def chunks(self, *, after: int, size: int) -> Iterator[tuple[object, ...]]:
        """`Chunk`s as plain tuples; while the file is read they are empty, and say how far it is."""
        staged = Staged()
        for read, (line, texts, reason) in enumerate(self._table.records(), 1):
            if line != self._reading.columns.heading_line:
                self._line = line
                receipt, content = self._content(line, texts, reason)
                staged.add(receipt, line, content)
            if read % _TOLD == 0:
                yield tuple(Chunk(after, self._table.fraction() / 2, [], [], 0, 0))
        yield from self._cut(staged, after, size)

    def _cut(self, staged: Staged, after: int, size: int) -> Iterator[tuple[object, ...]]:
        sales: list[Any] = []
        problems: list[Trouble] = []
        count = bad = 0
        for first, lines in staged.receipts(after=after):
            if count >= size:
                last = first - 1
                yield tuple(Chunk(last, 0.5 + last / self._line / 2, sales, _sorted(problems), bad, 0))
                sales, problems, count, bad = [], [], 0, 0
            found = list(_some(lines, MOST_LINES))
            more = sum(1 for _ in lines)
            count += len(found) + more
            if more:
                bad += len(found) + more
                problems.append((first, "long_receipt", self._headings["receipt"], str(MOST_LINES)))
                continue
            for each in self._sales(found):
                if isinstance(each, Refused):
                    problems += each.problems
                    bad += each.lines
                else:
                    problems += each.problems
                    sales.append(each.row)
        if self._line > after or sales or problems:
            yield tuple(Chunk(self._line, 1.0, sales, _sorted(problems), bad, 0))

    def _content(self, line: int, texts: Sequence[str], reason: str | None) -> tuple[str, Line]:
        """The receipt number that a line gives, and (values, problems, whether it can be used)."""
        width = len(self._reading.columns.headings)
        given = trimmed(texts, width)
        at = self._at["receipt"]
        # What no number is on stands alone; no number begins with this sign.
        receipt = " ".join(given[at].split()) if at < len(given) else ""
        receipt = receipt or f"\0{line}"
        if len(given) != width:
            return receipt, (
                {},
                [(line, reason, "", "") if reason else (line, "width", str(len(given)), str(width))],
                False,
            )
        values: dict[str, str] = {}
        problems: list[Trouble] = []
        usable = True
        for place, name, read in self._readers:
            text = given[place].strip()
            if not text:
                continue
            try:
                values[name] = read(text)
            except UnreadableValueError as error:
                problems.append((line, str(error), self._headings[name], error.detail))
                usable = usable and self._reading.keep_going_fields and name in LOOSE
        if usable:
            empty = [name for name in self._needed if name not in values]
            problems += [(line, "empty", self._headings[name], "") for name in empty]
            usable = not empty
        return receipt, (values, problems, usable)

    def _sales(self, lines: list[tuple[int, Line]]) -> Iterator[Any]:
        """The sale of each store that has this receipt number."""
        bad = next((number for number, (_, _, usable) in lines if not usable), None)
        if bad is not None:
            # Whichever store's it is: of a sale that lacks a line nobody knows what it was.
            yield Refused.because_of(bad, lines, self._headings["receipt"])
            return
        by_store: dict[str, list[tuple[int, Line]]] = {}
        for number, content in lines:
            by_store.setdefault(content[0]["store"], []).append((number, content))
        for store_id, theirs in by_store.items():
            yield whole(theirs, store_id, self._places, self._headings, self._reading.key)


def _some(lines: Iterator[tuple[int, Any]], most: int) -> Iterator[tuple[int, Any]]:
    for _ in range(most):
        try:
            yield next(lines)
        except StopIteration:
            return


def _sorted(problems: list[Trouble]) -> list[Trouble]:
    return sorted(problems, key=lambda problem: problem[0])


__all__ = ["MOST_LINES", "Place", "Places", "SalesReader"]
