"""In which encoding a text file is written: looked for in one pass that holds a part of the file at a time."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.core.errors import ValidationFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENCODINGS = ("utf-8", "cp949")
_PART = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """A file's encoding, its SHA-256, and whether some of its lines are not written in that encoding."""

    encoding: str
    fingerprint: str
    damaged: bool


class Watcher:
    """Looks at a file while its parts come in: its SHA-256, and in which encoding all of it could be read."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._open = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in ENCODINGS}

    def see(self, part: bytes) -> None:
        """The next part."""
        self._digest.update(part)
        self._decode(part, final=False)

    def done(self) -> tuple[str, str | None]:
        """The SHA-256, and the encoding; None when there is none in which all of it can be read."""
        self._decode(b"", final=True)
        return self._digest.hexdigest(), next(iter(self._open), None)

    def _decode(self, part: bytes, *, final: bool) -> None:
        for encoding, decoder in list(self._open.items()):
            try:
                decoder.decode(part, final)
            except UnicodeDecodeError:
                del self._open[encoding]


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known(encoding: str, fingerprint_: str, *, damaged: bool) -> Text:
    """What an earlier look found."""
    return Text(_with_mark(encoding), fingerprint_, damaged=damaged)


def look_at(path: Path, wanted: str | None = None) -> Text:
    """UTF-8 where it decodes, else CP949 where that does, else the one that leaves fewer lines unreadable.

    `wanted` is taken without looking for another. Raises `ValidationFailed` for UTF-16.
    """
    refuse_wide(path)
    candidates = (wanted,) if wanted else ENCODINGS
    for encoding in candidates:
        if _decodes(path, encoding):
            return Text(_with_mark(encoding), fingerprint(path), damaged=False)
    return Text(_with_mark(least_damaged(path, candidates)), fingerprint(path), damaged=True)


def least_damaged(path: Path, candidates: Sequence[str] = ENCODINGS) -> str:
    """The encoding that leaves the fewest lines unreadable."""
    return min(candidates, key=lambda encoding: _unreadable_lines(path, encoding))


def _with_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while part := file.read(_PART):
                decoder.decode(part)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _unreadable_lines(path: Path, encoding: str) -> int:
    count = 0
    with path.open("rb") as file:
        for line in file:
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                count += 1
    return count


def refuse_wide(path: Path) -> None:
    """Raise `ValidationFailed` for UTF-16."""
    with path.open("rb") as file:
        begin = file.read(2)
    if begin in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise ValidationFailed({"file": ["This is UTF-16 text. Save it as “CSV UTF-8” or as a workbook (.xlsx)."]})
