"""Ids of imported rows: derived from where a row came from, so that a second import finds the first one's rows."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def derived_id(source: str, kind: str, key: str, *, moment: datetime) -> str:
    """A UUIDv7 that is always the same for one source row: the time is `moment`, the rest a hash of the key.

    `moment` (aware, after 1970) must be a fact of the source row, never the time of the import.
    """
    digest = hashlib.blake2b(f"{source}\0{kind}\0{key}".encode(), digest_size=10).hexdigest()
    return f"{time_part(moment)}-7{digest[:3]}-{_VARIANT[digest[3]]}{digest[4:7]}-{digest[7:19]}"


@lru_cache(maxsize=1024)
def time_part(moment: datetime) -> str:
    """The first 48 bits of a UUIDv7 of `moment`, as they stand in its text."""
    since = moment - _EPOCH
    milliseconds = (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
    text = f"{milliseconds:012x}"
    return f"{text[:8]}-{text[8:]}"
