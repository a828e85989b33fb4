"""What a seal says: a digest of entries, a chain of seals, a signature. Pure.

The signature is HMAC-SHA256 under a key that is derived (HKDF) from the server's private sealing key: who has the
database but not the settings cannot make one. Old keys stay in the settings, hence old seals can be verified.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from backend.sync.sealing import SealingKey

FIRST = "0" * 64
"""What stands for the chain before the first seal."""
_INFO = b"dangol access log 1"
_KEY_BYTES = 32


def digest(entries: Iterable[Sequence[Any]]) -> str:
    """SHA-256 over entries in the order of their ids, each a line of JSON; times in UTC to the microsecond.

    The last value, a reason, is left out where there is none: seals from before there were reasons stay good.
    """
    found = hashlib.sha256()
    for entry in entries:
        said = list(entry) if entry[-1] is not None else list(entry[:-1])
        found.update(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
    return found.hexdigest()


def chain(before: str, *, number: int, entries: int, digest: str, sealed_at: datetime) -> str:
    """SHA-256 over the chain so far and what the new seal says."""
    said = [before, number, entries, digest, sealed_at]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_UTC_Z)).hexdigest()


def sign(chained: str, key: SealingKey) -> str:
    """The signature of a chain."""
    scalar = key.private.private_numbers().private_value.to_bytes(_KEY_BYTES, "big")
    derived = HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=_INFO).derive(scalar)
    return hmac.new(derived, chained.encode(), hashlib.sha256).hexdigest()


def months_before(moment: datetime, months: int) -> datetime:
    """`moment` so many calendar months earlier, on the 28th at the latest."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=years, month=month + 1, day=min(moment.day, 28))
