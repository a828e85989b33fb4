"""The search that the at-rest test relies on finds a word however it was written."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli
import cramjam
import pytest

from tests.e2e.profile_search import search_profile

if TYPE_CHECKING:
    from pathlib import Path

_WORD = "심청아 다정"
_PLAIN = f"before {_WORD} after".encode()


def _log(record: bytes) -> bytes:
    """A LevelDB log with one record that runs over the bounds of its blocks."""
    room = 32 * 1024 - 7
    parts = [record[start : start + room] for start in range(0, len(record), room)]
    kinds = [2, *[3] * (len(parts) - 2), 4]
    return b"".join(
        b"\0\0\0\0" + len(part).to_bytes(2, "little") + bytes([kind]) + part
        for part, kind in zip(parts, kinds, strict=True)
    )


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _table(value: bytes) -> bytes:
    """A LevelDB table with one entry, packed with snappy."""

    def block(key: bytes, content: bytes) -> bytes:
        entry = _varint(0) + _varint(len(key)) + _varint(len(content)) + key + content
        return entry + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")

    data = bytes(cramjam.snappy.compress_raw(block(b"k", value)))
    index = block(b"k", _varint(0) + _varint(len(data)))
    tail = data + b"\1" + b"\0" * 4
    footer = (_varint(0) + _varint(0) + _varint(len(tail)) + _varint(len(index))).ljust(40, b"\0")
    return tail + index + b"\0" * 5 + footer + (0xDB4775248B80FB57).to_bytes(8, "little")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(_PLAIN, id="utf-8"),
        pytest.param(_PLAIN.decode().encode("utf-16-le"), id="utf-16"),
        pytest.param(json.dumps(_PLAIN.decode()).encode(), id="json escapes"),
        pytest.param(quote(_PLAIN).encode(), id="percent-encoding"),
        *[pytest.param(base64.b64encode(b"x" * n + _PLAIN), id=f"base64 at {n}") for n in range(3)],
        pytest.param(base64.urlsafe_b64encode(_PLAIN), id="base64url"),
        pytest.param(b"junk" + gzip.compress(_PLAIN) + b"junk", id="gzip inside"),
        pytest.param(b"junk" + zlib.compress(_PLAIN) + b"junk", id="zlib inside"),
        pytest.param(b"junk" + bytes(cramjam.zstd.compress(_PLAIN)) + b"junk", id="zstd inside"),
        pytest.param(brotli.compress(_PLAIN), id="brotli"),
        pytest.param(_log(b"x" * 32_750 + _PLAIN + b"x" * 40_000), id="across the records of a log"),
        pytest.param(_table(_PLAIN * 50), id="in a packed table"),
        pytest.param(_table(gzip.compress(base64.b64encode(_PLAIN))), id="base64 in gzip in a table"),
    ],
)
def test_a_word_is_found_however_it_was_written(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(written)
    assert {find.word for find in search_profile(tmp_path, [_WORD, "아무개"])} == {_WORD}


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(gzip.compress(b"somebody else") + bytes(range(256)) * 400)
    assert search_profile(tmp_path, [_WORD]) == []
