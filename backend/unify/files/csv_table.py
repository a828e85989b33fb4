"""Reading CSV of unknown make: encoding and delimiter are found, one bad line never costs another."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import IO, TYPE_CHECKING

from backend.unify.files.encoding import look_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from backend.unify.files.encoding import Text

DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
# A quoted cell may span lines. One that spans more was never closed.
_LINES_OF_A_CELL = 100
_UNDECODED = re.compile("[\ud800-\udfff]")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class CsvTable:
    """A CSV file."""

    def __init__(self, path: Path, encoding: str | None = None, *, text: Text | None = None) -> None:
        self.name = path.name
        self._path = path
        self._text = text or look_at(path, encoding)
        self.fingerprint = self._text.fingerprint
        self._size = path.stat().st_size
        self._raw: IO[bytes] | None = None
        self.delimiter = self._find_delimiter()
        self._width = 0
        self._width = len(next((cells for _, cells, _ in self.records()), ()))
        self.encoding: str | None = self._text.encoding.removesuffix("-sig")
        self.sheets: tuple[str, ...] = ()
        self.sheet: str | None = None
        self.described = f"CSV, {self.encoding}, {_NAMES[self.delimiter]}"

    def fraction(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._raw.tell() / max(self._size, 1) if self._raw is not None and not self._raw.closed else 0.0

    def records(self) -> Iterator[tuple[int, Sequence[str], str | None]]:
        """Every row: line, cells, and why it cannot be used (a code of `sentences`)."""
        delimiter, damaged = self.delimiter, self._text.damaged
        for line, block in self._blocks():
            if damaged and _UNDECODED.search("".join(block)):
                yield from self._each_alone(line, block)
            elif len(block) == 1 and '"' not in block[0]:
                text = block[0].rstrip("\r\n")
                if text:
                    yield line, text.split(delimiter), None
            else:
                yield from self._quoted(line, block)

    def _blocks(self) -> Iterator[tuple[int, list[str]]]:
        """(line, lines) with the lines that a quoted cell spans kept together."""
        block: list[str] = []
        begun = 0
        for number, line in enumerate(self._lines(), 1):
            odd = line.count('"') & 1
            if block:
                block.append(line)
                if odd or len(block) > _LINES_OF_A_CELL:
                    yield begun, block
                    block = []
            elif odd:
                block, begun = [line], number
            else:
                yield number, [line]
        if block:
            yield begun, block

    def _quoted(self, line: int, block: list[str]) -> Iterator[tuple[int, Sequence[str], str | None]]:
        """The rows of a block by the rules of CSV; when it breaks them, each of its lines stands for itself."""
        reader = csv.reader(block, delimiter=self.delimiter, strict=True)
        rows: list[tuple[int, list[str]]] = []
        at = line
        try:
            for cells in reader:
                rows.append((at, cells))
                at = line + reader.line_num
        except csv.Error:
            rows = []
        # A stray quotation mark may have joined what are rows of their own: their number of cells tells.
        joined = len(block) > 1 and any(len(cells) != self._width for _, cells in rows if self._width)
        if not rows or joined:
            yield from self._each_alone(line, block)
            return
        yield from ((at, cells, None) for at, cells in rows if cells)

    def _each_alone(self, line: int, block: list[str]) -> Iterator[tuple[int, Sequence[str], str | None]]:
        for number, text in enumerate(block, line):
            if self._text.damaged and _UNDECODED.search(text):
                yield number, (), "damaged"
                continue
            try:
                cells = next(csv.reader([text.rstrip("\r\n")], delimiter=self.delimiter, strict=True), [])
            except csv.Error:
                yield number, (), "quotation"
                continue
            if cells:
                yield number, cells, None

    def _lines(self) -> Iterator[str]:
        errors = "surrogateescape" if self._text.damaged else "strict"
        with self._path.open("rb") as raw:
            self._raw = raw
            with io.TextIOWrapper(raw, encoding=self._text.encoding, errors=errors, newline="") as text:
                yield from text

    def _find_delimiter(self) -> str:
        """The sign that splits the first lines most alike, outside quotation marks."""
        counts: list[Counter[str]] = []
        for _, block in self._blocks():
            text = "".join(block)
            if text.strip():
                counts.append(Counter(re.sub('"[^"]*"', "", text)))
            if len(counts) >= _SAMPLE_LINES:
                break

        def quality(sign: str) -> tuple[float, int]:
            per_line = [count[sign] for count in counts]
            usual = Counter(per_line).most_common(1)[0][0] if per_line else 0
            return (per_line.count(usual) / len(per_line) if usual else 0.0, usual)

        return max(DELIMITERS, key=quality)
