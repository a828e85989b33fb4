"""Look for words in everything that a browser left on the disk, however it was written.

A word counts as found in UTF-8, UTF-16, base64 of either, percent-encoding and JSON escapes; in every file as it is, in
every value of every LevelDB (its tables are packed with snappy, its log in records), in every gzip, zlib and zstd
stream anywhere, in brotli where a body may begin, and in what these hold in turn.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli
import cramjam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_DEPTH = 4
_LARGEST = 64 * 1024 * 1024
_BASE64_STEP = 3
_LOG_BLOCK = 32 * 1024
_LOG_HEADER = 7
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_TABLE_FOOTER = 48
_TABLE_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_SNAPPY = 1
_STEP = 4096
_SEVEN_BITS = 0x7F
_SHORTEST = 8
# Chromium's simple cache: a header, the key, then the body; the magic number of "SimpleEntryHeader".
_SIMPLE_CACHE_MAGIC = (0xFCFB6D1BA7725C30).to_bytes(8, "little")
_STREAMS = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|\x78[\x01\x5e\x9c\xda]")


@dataclass(frozen=True)
class Find:
    """A word, and where it was: the path within the profile, with how it was unpacked."""

    word: str
    place: str


def search_profile(folder: Path, words: list[str]) -> list[Find]:
    """Every file of the profile in which a word can be read, in any of the ways above."""
    needles = [(word, needle) for word in words for needle in spellings(word)]
    found: set[Find] = set()
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        place = str(path.relative_to(folder))
        for where, content in contents(path.read_bytes(), place):
            found.update(Find(word, where) for word, needle in needles if needle in content)
    return sorted(found, key=lambda find: (find.place, find.word))


def spellings(word: str) -> set[bytes]:
    """The bytes that `word` may stand as."""
    escaped = json.dumps(word)[1:-1].encode()
    plain = {
        word.encode(),
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        escaped,
        escaped.decode().encode("utf-16-le"),
        quote(word).encode(),
    }
    return plain | {needle for text in plain for needle in _in_base64(text)}


def contents(raw: bytes, place: str, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves, and whatever can be unpacked from them, with the way there in `place`."""
    yield place, raw
    if depth == _DEPTH or not raw:
        return
    for how, part in _unpacked(raw):
        yield from contents(part, f"{place} › {how}", depth + 1)


def _unpacked(raw: bytes) -> Iterator[tuple[str, bytes]]:
    if raw.endswith(_TABLE_MAGIC):
        yield from _table_blocks(raw)
    yield from _log_records(raw)
    for match in _STREAMS.finditer(raw):
        how, unpack = _UNPACKERS[match.group()[:1]]
        part = unpack(raw[match.start() : match.start() + _LARGEST])
        if part:
            yield f"{how}@{match.start()}", part
    for start in _brotli_starts(raw):
        part = _brotli(raw[start : start + _LARGEST])
        if part:
            yield f"brotli@{start}", part


# What could be read before a stream broke off counts too: a file may go on behind it with something else.


def _deflated(packed: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    return _piece_by_piece(packed, stream.decompress, zlib.error)


def _zstd(packed: bytes) -> bytes:
    stream = cramjam.zstd.Decompressor()
    with suppress(OSError, cramjam.DecompressionError):
        stream.decompress(packed)
    return bytes(stream.flush())


def _brotli(packed: bytes) -> bytes:
    stream = brotli.Decompressor()
    return _piece_by_piece(packed, stream.process, brotli.error)


def _piece_by_piece(packed: bytes, unpack: Callable[[bytes], bytes], error: type[Exception]) -> bytes:
    out = bytearray()
    with suppress(error):
        for start in range(0, len(packed), _STEP):
            out += unpack(packed[start : start + _STEP])
    return bytes(out)


_UNPACKERS: dict[bytes, tuple[str, Callable[[bytes], bytes]]] = {
    b"\x1f": ("gzip", _deflated),
    b"\x78": ("zlib", _deflated),
    b"\x28": ("zstd", _zstd),
}


def _brotli_starts(raw: bytes) -> list[int]:
    """Brotli has no mark of its own: it is tried at the start of a file and where a cached body begins."""
    if raw.startswith(_SIMPLE_CACHE_MAGIC):
        key_length = int.from_bytes(raw[12:16], "little")
        return [20 + key_length, 24 + key_length]
    return [0]


def _table_blocks(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The blocks of a LevelDB table, unpacked; its footer names the index, which names them."""
    footer = raw[-_TABLE_FOOTER:]
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)
    index, size = _handle(footer[at:])
    for value in _values(_block(raw, index, size)):
        offset, length = _handle(value)
        yield f"table@{offset}", _block(raw, offset, length)


def _block(raw: bytes, offset: int, size: int) -> bytes:
    block = raw[offset : offset + size]
    return bytes(cramjam.snappy.decompress_raw(block)) if raw[offset + size] == _SNAPPY else block


def _handle(value: bytes) -> tuple[int, int]:
    offset, at = _varint(value, 0)
    size, _ = _varint(value, at)
    return offset, size


def _values(block: bytes) -> Iterator[bytes]:
    """The values of a block's entries: shared, unshared and value length, the rest of the key, the value."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    at = 0
    while at < end:
        _, at = _varint(block, at)
        unshared, at = _varint(block, at)
        length, at = _varint(block, at)
        yield block[at + unshared : at + unshared + length]
        at += unshared + length


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value |= (byte & _SEVEN_BITS) << shift
        at += 1
        if byte <= _SEVEN_BITS:
            return value, at
        shift += 7


def _log_records(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The records of a LevelDB log, put together again; nothing when these bytes are none."""
    record = b""
    for start in range(0, len(raw), _LOG_BLOCK):
        at, end = start, min(start + _LOG_BLOCK, len(raw))
        while at + _LOG_HEADER <= end:
            length, kind = int.from_bytes(raw[at + 4 : at + 6], "little"), raw[at + 6]
            if not _FULL <= kind <= _LAST or at + _LOG_HEADER + length > end:
                break
            part = raw[at + _LOG_HEADER : at + _LOG_HEADER + length]
            record = part if kind in {_FULL, _FIRST} else record + part
            # A record in one piece stands in the file as it is.
            if kind == _LAST:
                yield f"log@{at}", record
            at += _LOG_HEADER + length


def _in_base64(text: bytes) -> set[bytes]:
    """What any base64 of bytes around `text` must contain: its middle, at each of the three alignments."""
    found = set()
    for before in range(_BASE64_STEP):
        whole = base64.b64encode(b"\0" * before + text)
        # The first and last groups depend on the neighbours.
        first, last = (4 if before else 0), len(whole) - (4 if (before + len(text)) % _BASE64_STEP else 0)
        middle = whole[first:last]
        if len(middle) >= _SHORTEST:
            found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return found
