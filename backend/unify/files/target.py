"""What a file may hold: the seam between reading a file, which is the same for all, and what its rows are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from backend.core.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Column, RowMapping, Table

    from backend.unify.files.fields import Fields
    from backend.unify.files.mapping import Columns
    from backend.unify.files.plan import Reading
    from backend.unify.files.runs import Prepared
    from backend.unify.files.sentences import Trouble
    from backend.unify.files.tables import Table as FileTable

    Readers = dict[str, Callable[[str], str]]


class CannotUndo(Conflict):
    """What this import wrote has been used since: `row` (of members `customer_id`) has had `what`.

    Of an import it was `by` that run.
    """

    code = "import_touched"


@dataclass
class Done:
    """What became of a chunk's rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    problems: list[Trouble] = field(default_factory=list)

    def refuse(self, line: int, code: str, heading: str, detail: str = "") -> None:
        """Leave a row out."""
        self.bad += 1
        self.problems.append((line, code, heading, detail))


class Writer(Protocol):
    """Brings chunks into the database, for one run."""

    def write(self, rows: Sequence[Any]) -> Done:
        """Compare what a chunk holds with what is there, and write what is new or differs."""


class Reader(Protocol):
    """Makes chunks of a file."""

    def chunks(self, *, after: int, size: int) -> Iterator[tuple[object, ...]]:
        """`Chunk`s as plain tuples, of what stands behind line `after`; always cut at the same rows."""


@dataclass(frozen=True)
class Undoer:
    """How a run's entries in a journal are taken back, a part at a time in the order of `row`."""

    journal: Table
    # The column of the journal that names what was written, as the primary key's other half.
    row: Column[str]
    # Has others wait with what these entries name.
    hold: Callable[[Sequence[RowMapping]], None]
    # Raises `CannotUndo` when any of these entries was touched since the run.
    refuse_touched: Callable[[str, Sequence[RowMapping]], None]
    # How many were removed, and how many are as before.
    take_back: Callable[[Sequence[RowMapping]], tuple[int, int]]
    # The name of what stood in the way, by what `CannotUndo` says of it.
    whose: Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Target:
    """A kind of rows: what they may say, by what they are known, how they are told, read, written and taken back."""

    kind: str
    fields: Fields
    # By what a row is known again, and the fields that this takes; the usual ones in the order in which they are tried.
    keys: Mapping[str, tuple[str, ...]]
    usual: tuple[str, ...]
    # What a file must have when no key can be told.
    needed: str
    # Which columns are which by their values alone, and whether a first row is no heading.
    by_values: Callable[[Sequence[Sequence[str]], date], dict[int, str]]
    is_data: Callable[[Sequence[str], date], bool]
    readers: Callable[[Reading], Readers]
    reader: Callable[[FileTable, Reading], Reader]
    writer: Callable[[Prepared, str | None], Writer]
    undoer: Undoer
    # Raises `ValidationFailed` when columns say too little.
    check: Callable[[Columns], None] = lambda _: None
    # The field that two rows with different keys cannot share, and those of which a row may say several.
    alone: str = ""
    several: tuple[str, ...] = ()
    # Codes of problems that have words of their own for these rows.
    words: Mapping[str, str] = field(default_factory=dict)

    def word(self, code: str) -> str:
        """The code of a problem of these rows."""
        return self.words.get(code, code)


__all__ = ["CannotUndo", "Done", "Reader", "Readers", "Target", "Undoer", "Writer"]
