"""Reading CSV files that may be damaged: one bad line never costs another.

A record is one physical line. The csv module alone would let a stray quotation mark swallow everything up to the next
one; here it spoils its own line only.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from contextlib import contextmanager
from operator import itemgetter
from typing import IO, TYPE_CHECKING

from backend.core.errors import ValidationFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from backend.unify.problems import Problems

_TOO_LONG = 100_000


class CsvFile:
    """A CSV file, gzipped or not, with the columns that are wanted from it.

    Raises `ValidationFailed` when the file or one of `columns` is missing.
    """

    def __init__(self, directory: Path, stem: str, columns: Sequence[str]) -> None:
        candidates = [directory / f"{stem}.csv.gz", directory / f"{stem}.csv"]
        found = next((path for path in candidates if path.is_file()), None)
        if found is None:
            raise ValidationFailed({"directory": [f"There is no {stem}.csv.gz and no {stem}.csv in {directory}."]})
        self.path = found
        self.name = found.name
        self.columns = tuple(columns)
        self.size = found.stat().st_size

    def rows(
        self, problems: Problems, *, at: Callable[[int], None] | None = None
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield (line number, values in the order of `columns`). Lines that cannot be split go to `problems`.

        `at` is told now and then how many bytes of the file have been read.
        """
        with self._open() as (raw, text):
            pick, width = self._layout(text.readline())
            number = 1
            try:
                for number, ended in enumerate(text, 2):
                    line = ended.rstrip("\n")
                    fields = line.split(",") if '"' not in line else _quoted(line)
                    if len(fields) != width:
                        if line:
                            problems.add(self.name, number, f"{len(fields)} values where {width} are expected")
                        continue
                    yield number, fields if pick is None else pick(fields)
                    if at is not None and not number & 0x3FFF:
                        at(raw.tell())
            except (EOFError, zlib.error, gzip.BadGzipFile):
                problems.add(self.name, number + 1, "the compressed file is damaged or cut off from here on")

    def _layout(self, heading_text: str) -> tuple[Callable[[list[str]], tuple[str, ...]] | None, int]:
        """How to bring a line into the order of `columns` (None: it is), and how many values a line has."""
        heading = [name.strip() for name in _quoted(heading_text.rstrip("\n"))]
        missing = [name for name in self.columns if name not in heading]
        if missing:
            raise ValidationFailed({self.name: [f"The first line names no column {name}." for name in missing]})
        if tuple(heading) == self.columns:
            return None, len(heading)
        places = [heading.index(name) for name in self.columns]
        # itemgetter gives the bare value, not a tuple, for one place.
        if len(places) == 1:
            return (lambda fields: (fields[places[0]],)), len(heading)
        return itemgetter(*places), len(heading)

    @contextmanager
    def _open(self) -> Iterator[tuple[IO[bytes], IO[str]]]:
        with self.path.open("rb") as raw:
            packed: IO[bytes] = gzip.GzipFile(fileobj=raw) if self.path.suffix == ".gz" else raw  # type: ignore[assignment]
            # Bytes that are no UTF-8 become lone surrogates, which `clean_text` refuses for their line alone.
            with io.TextIOWrapper(packed, encoding="utf-8-sig", errors="surrogateescape") as text:
                yield raw, text


def _quoted(line: str) -> list[str]:
    """Split a line by the rules of CSV; a line that breaks them comes back as no values at all."""
    if len(line) > _TOO_LONG:
        return []
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return []
