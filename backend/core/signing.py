"""Requests of other houses' systems, each signed with a key of theirs whose secret stands nowhere.

A secret follows from the key's id under a data key of the settings, so that whoever reads the database signs nothing,
and it never travels: requests carry an HMAC of time, method, address and body. What is kept is its hash, which says
whether the data key is still the one that it was made with.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from flask import request

from backend.core import clock
from backend.core.crypto import KeyRing, read_keys
from backend.core.errors import NotSignedIn
from backend.settings import current_settings

REPLAY_SECONDS: Final = 300
"""How far the time of a signed request may be from the server's."""

HEADERS: Final[list[dict[str, Any]]] = [
    {
        "in": "header",
        "name": "Dangol-Timestamp",
        "required": True,
        "description": "Seconds since 1970; five minutes from the server's at most",
        "schema": {"type": "string"},
    },
    {
        "in": "header",
        "name": "Dangol-Signature",
        "required": True,
        "description": "HMAC-SHA256 in hex of timestamp, method and path, a line feed after each, and body",
        "schema": {"type": "string"},
    },
]
"""As the API's document tells them."""


class NotSigned(NotSignedIn):
    """This is signed with no key that works here."""

    code = "not_signed"


class NotTimely(NotSignedIn):
    """The time of the request is too far from the server's, so that it may be somebody's copy. Sign it anew."""

    code = "not_timely"


@dataclass(frozen=True)
class Signed:
    """A request as it came in."""

    timestamp: str
    signature: str
    method: str
    path: str
    body: bytes

    def insist_timely(self) -> None:
        """Raise `NotTimely` unless it was signed a short while ago."""
        whole = self.timestamp.isascii() and self.timestamp.isdigit()
        if not whole or abs(int(self.timestamp[:20]) - clock.now().timestamp()) > REPLAY_SECONDS:
            raise NotTimely(seconds=REPLAY_SECONDS)

    def insist_signed(self, secret: str | None) -> None:
        """Raise `NotSigned` unless this secret signed it; None is that of no key."""
        if secret is None:
            raise NotSigned
        wanted = signature(secret, timestamp=self.timestamp, method=self.method, path=self.path, body=self.body)
        if not hmac.compare_digest(wanted.encode(), self.signature.lower().encode()):
            raise NotSigned


@dataclass(frozen=True)
class Secrets:
    """The secrets of one sort of keys: how they begin, and what they are for, which keeps sorts apart."""

    prefix: str
    purpose: str

    def issue(self, key_id: str) -> tuple[str, str, str]:
        """The secret of a new key, the id of the data key that it follows from, and the hash to keep."""
        data_key_id = _ring(current_settings().data_keys).current.id
        secret = self._secret(data_key_id, key_id) or ""
        return secret, data_key_id, _hash(secret)

    def of(self, key_id: str, data_key_id: str, secret_hash: str) -> str | None:
        """The secret of a key; None when the settings hold its data key no more."""
        secret = self._secret(data_key_id, key_id)
        return secret if secret and hmac.compare_digest(_hash(secret), secret_hash) else None

    def _secret(self, data_key_id: str, key_id: str) -> str | None:
        keys = _ring(current_settings().data_keys).keys
        data_key = next((each for each in keys if each.id == data_key_id), None)
        return None if data_key is None else self.prefix + data_key.index(f"{self.purpose}\0{key_id}")


def as_it_came() -> Signed:
    """The present request, its body as it was sent."""
    return Signed(
        timestamp=request.headers.get("Dangol-Timestamp", ""),
        signature=request.headers.get("Dangol-Signature", ""),
        method=request.method,
        path=request.full_path.rstrip("?"),
        body=request.get_data(cache=True),
    )


def signature(secret: str, *, timestamp: str, method: str, path: str, body: bytes) -> str:
    """What is sent in `Dangol-Signature`: HMAC-SHA256 in hex of time, method, address and body under the secret."""
    signed = f"{timestamp}\n{method}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), signed, "sha256").hexdigest()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@lru_cache(maxsize=8)
def _ring(setting: str) -> KeyRing:
    return read_keys(setting)
