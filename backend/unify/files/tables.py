"""A file of rows with headings, CSV or workbook, read row by row: however long it is, a part is in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from backend.core.errors import ValidationFailed
from backend.unify.files.csv_table import CsvTable
from backend.unify.files.xlsx_table import XlsxTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Record(NamedTuple):
    """One row: the line it begins on (from 1), its cells as text, and why it cannot be used, if so."""

    line: int
    cells: Sequence[str]
    reason: str | None


class Table(Protocol):
    """What the reader of a format gives."""

    name: str
    fingerprint: str
    described: str

    def records(self) -> Iterator[tuple[int, Sequence[str], str | None]]:
        """Every row with the fields of `Record`, the headings included; rows without any value are passed over."""

    def fraction(self) -> float:
        """How much of the file has been read, 0 to 1."""


def open_table(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Table:
    """The file at `path`, by what is in it and not by its name. Raises `ValidationFailed` for what is no table."""
    with path.open("rb") as file:
        begin = file.read(4)
    if not begin:
        raise ValidationFailed({"file": ["The file is empty."]})
    if begin == _OLD_EXCEL:
        raise ValidationFailed({"file": ["This is a workbook of Excel 97–2003. Save it as .xlsx or as CSV."]})
    if begin == _ZIP:
        return XlsxTable(path, sheet)
    return CsvTable(path, encoding)
