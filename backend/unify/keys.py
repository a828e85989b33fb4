"""Ids of imported rows: derived from where a row came from, so that a second import finds the first one's rows."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def derived_id(source: str, kind: str, key: str, *, moment: datetime) -> str:
    """A UUIDv7 that is always the same for one source row: the time part is `moment`, the random part a hash of the rest.

    `moment` (aware, after 1970) must be a fact of the source row, never the time of the import.
    """
    since = moment - _EPOCH
    milliseconds = (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
    digest = hashlib.blake2b(f"{source}\0{kind}\0{key}".encode(), digest_size=10).hexdigest()
    time_part = f"{milliseconds:012x}"
    variant = "89ab"[int(digest[3], 16) & 3]
    return f"{time_part[:8]}-{time_part[8:]}-7{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"
