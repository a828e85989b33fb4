"""HMAC over what a relay wants signed, on the way out and on the way in. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sms.providers.relay.placeholders import filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sms.providers.relay.shapes import Signing

_BODY: Final = "{body}"
_THOUSAND: Final = 1_000
_MILLISECONDS_FROM: Final = 10**11
"""A number of seconds this large is past the year 5000: it counts milliseconds."""


def signature(signing: Signing, secrets: Mapping[str, str], values: Mapping[str, str], body: bytes) -> str:
    """Sign; `body` takes its place byte for byte."""
    pieces = (filled(piece, {**secrets, **values}).encode() for piece in signing.signed.split(_BODY))
    key = secrets[signing.secret].encode()
    digest = hmac.new(key, body.join(pieces), getattr(hashlib, signing.algorithm)).digest()
    return digest.hex() if signing.encoding == "hex" else base64.b64encode(digest).decode()


def is_right(signing: Signing, given: str, expected: str) -> bool:
    """Compare in constant time. Hexadecimal digits may come in capitals."""
    shown = given.lower() if signing.encoding == "hex" else given
    return hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode())


def stamp(now: datetime, form: str) -> str:
    """Write a time as the relay wants it."""
    if form == "iso":
        return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    seconds = now.timestamp()
    return str(int(seconds * _THOUSAND if form == "unix_ms" else seconds))


def moment(text: str) -> datetime | None:
    """Read a time in any of the forms; None when it is none."""
    try:
        if text.isascii() and text.isdigit():
            number = int(text[:20])
            return datetime.fromtimestamp(number / _THOUSAND if number >= _MILLISECONDS_FROM else number, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else None
