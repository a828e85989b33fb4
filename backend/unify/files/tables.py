"""A file of rows with headings, CSV or workbook, read row by row: however long it is, a part is in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from backend.core.errors import ValidationFailed
from backend.unify.files.csv_table import CsvTable
from backend.unify.files.encoding import known
from backend.unify.files.xlsx_table import XlsxTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Record(NamedTuple):
    """One row: the line it begins on (from 1), its cells as text, and why not, if it cannot be used."""

    line: int
    cells: Sequence[str]
    reason: str | None


class Table(Protocol):
    """What the reader of a format gives."""

    name: str
    fingerprint: str
    described: str
    # None for a workbook; sheets only a workbook has.
    encoding: str | None
    sheets: tuple[str, ...]
    sheet: str | None

    def records(self) -> Iterator[tuple[int, Sequence[str], str | None]]:
        """Every row with the fields of `Record`, the headings included; rows without any value are passed over."""

    def fraction(self) -> float:
        """How much of the file has been read, 0 to 1."""


class Looked(NamedTuple):
    """What an earlier look at a file found: its name, its SHA-256, its encoding and whether that is damaged."""

    name: str
    fingerprint: str
    encoding: str | None
    damaged: bool


def open_table(
    path: Path, *, encoding: str | None = None, sheet: str | None = None, looked: Looked | None = None
) -> Table:
    """The file at `path`, by what is in it and not by its name. Raises `ValidationFailed` for what is no table."""
    with path.open("rb") as file:
        begin = file.read(4)
    if not begin:
        raise ValidationFailed({"file": ["The file is empty."]})
    if begin == _OLD_EXCEL:
        raise ValidationFailed({"file": ["This is a workbook of Excel 97–2003. Save it as .xlsx or as CSV."]})
    table: Table
    if begin == _ZIP:
        table = XlsxTable(path, sheet, known=looked.fingerprint if looked else None)
    elif looked is not None and looked.encoding is not None and encoding in {None, looked.encoding}:
        text = known(looked.encoding, looked.fingerprint, damaged=looked.damaged)
        table = CsvTable(path, text=text)
    else:
        table = CsvTable(path, encoding)
    if looked is not None:
        table.name = looked.name
    return table
