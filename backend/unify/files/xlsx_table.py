"""Reading a workbook row by row. Its table of shared texts is the one part that is held whole."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import IO, TYPE_CHECKING, Any

from backend.core.errors import ValidationFailed
from backend.unify.files.encoding import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


_UNPACKED = 4 << 30


class XlsxTable:
    """A sheet of a workbook: the one named, or the first."""

    encoding: str | None = None

    def __init__(self, path: Path, sheet: str | None = None, *, known: str | None = None) -> None:
        self.name = path.name
        self._path = path
        self.fingerprint = known or fingerprint(path)
        _refuse_bomb(path)
        with self._open() as book:
            names: list[str] = book.sheetnames
        if sheet is not None and sheet not in names:
            raise ValidationFailed({"sheet": [f"There is no sheet {sheet}; there are {', '.join(names)}."]})
        self.sheets: tuple[str, ...] = tuple(names)
        self._sheet = sheet or names[0]
        self.sheet: str | None = self._sheet
        self._read = self._rows = 0
        self.described = f"workbook, sheet {self._sheet}"

    def fraction(self) -> float:
        """How much of the sheet has been read, 0 to 1."""
        return self._read / max(self._rows, self._read, 1)

    def records(self) -> Iterator[tuple[int, Sequence[str], str | None]]:
        """Every row: line, cells, and no reason against it."""
        with self._open() as book:
            sheet = book[self._sheet]
            self._rows = sheet.max_row or 0
            width = 0
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                self._read = number
                cells = [_text(value) for value in row]
                if any(cells):
                    # A sheet that does not say how wide it is has rows that end with their last value.
                    width = width or len(cells)
                    cells += [""] * (width - len(cells))
                    yield number, cells, None

    @contextmanager
    def _open(self) -> Iterator[Any]:
        # By what it is and not by its name, which openpyxl would ask for.
        with self._path.open("rb") as file:
            book = _load(file)
            try:
                yield book
            finally:
                book.close()


def _refuse_bomb(path: Path) -> None:
    """A workbook is a ZIP: one that would unpack to far more than any table is refused before it is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            whole = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise ValidationFailed({"file": ["This is no workbook that can be read (.xlsx)."]}) from error
    if whole > _UNPACKED:
        raise ValidationFailed({"file": ["This workbook is too large. Save the sheet as “CSV UTF-8”."]})


def _load(file: IO[bytes]) -> Any:  # noqa: ANN401 - openpyxl's workbook
    # Here and not above: few commands read a workbook, and loading it is a tenth of the time that each takes to start.
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            # What it cannot show (colours, checks of cells) is nothing to us.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValidationFailed({"file": ["This is no workbook that can be read (.xlsx)."]}) from error


def _text(value: object) -> str:
    """A cell as its text would be typed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
