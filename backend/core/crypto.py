"""What must not be readable in the database: encrypted with AES-256-GCM, and found again by a blind index.

The keys are in the settings only, each with an id: the first one encrypts, all of them decrypt, so that one takes the
other's place while the server runs. From each key two others are derived (HKDF, RFC 5869), one to encrypt and one for
the index, an HMAC by which equal values are found without being read. What is encrypted is bound to its place (table,
column, row): moved to another row it cannot be read.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.core.errors import SettingsError

_LENGTH = 32
_NONCE = 12
_ID = re.compile(r"[A-Za-z0-9._-]{1,20}")


class Unreadable(Exception):
    """This was not encrypted with the key that it names, or not for the place where it stands."""


class UnknownKey(Unreadable):
    """The key is not among those of the settings."""


@dataclass(frozen=True)
class Place:
    """Where an encrypted value stands."""

    table: str
    column: str
    row_id: str

    @property
    def bound(self) -> bytes:
        """As the cipher binds it."""
        return f"{self.table}\0{self.column}\0{self.row_id}".encode()


@dataclass(frozen=True)
class Encrypted:
    """An encrypted value as it is stored: the key's id, and nonce and ciphertext in base64."""

    key_id: str
    text: str


@dataclass(frozen=True)
class DataKey:
    """One of the keys, with the two that are derived from it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        """The id alone: a key stands in no log."""
        return f"DataKey({self.id})"

    @cached_property
    def cipher(self) -> AESGCM:
        """What encrypts."""
        return AESGCM(self._derived(b"dangol data encryption 1"))

    def index(self, value: str) -> str:
        """The blind index of `value` under this key, in hex."""
        return hmac.new(self._index_key, value.encode(), "sha256").hexdigest()

    @cached_property
    def _index_key(self) -> bytes:
        return self._derived(b"dangol blind index 1")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=_LENGTH, salt=None, info=purpose).derive(self.secret)


@dataclass(frozen=True)
class KeyRing:
    """The keys of the settings: the first one encrypts, all decrypt."""

    keys: tuple[DataKey, ...]

    @property
    def current(self) -> DataKey:
        """The key that encrypts."""
        return self.keys[0]

    def encrypt(self, value: str, place: Place) -> Encrypted:
        """Encrypt `value` for its place."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self.current.cipher.encrypt(nonce, value.encode(), place.bound)
        return Encrypted(self.current.id, base64.b64encode(sealed).decode())

    def decrypt(self, found: Encrypted, place: Place) -> str:
        """What was encrypted. Raises `UnknownKey`, and `Unreadable` for what was changed or moved."""
        key = next((each for each in self.keys if each.id == found.key_id), None)
        if key is None:
            raise UnknownKey(found.key_id)
        try:
            sealed = base64.b64decode(found.text, validate=True)
            return key.cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.bound).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise Unreadable(found.key_id) from error

    def indexes(self, value: str) -> list[str]:
        """The blind indexes of `value` under every key: a row is found whichever key it is under."""
        return [key.index(value) for key in self.keys]


def read_keys(setting: str) -> KeyRing:
    """The keys of the setting `ID:BASE64,ID:BASE64`. Raises `SettingsError`, which quotes no key."""
    keys = tuple(_read_key(part.strip()) for part in setting.split(",") if part.strip())
    if not keys:
        message = "DANGOL_DATA_KEYS is missing: `dangol keys new` prints a fresh one."
        raise SettingsError(message)
    if len({key.id for key in keys}) < len(keys):
        message = "DANGOL_DATA_KEYS names one id twice."
        raise SettingsError(message)
    return KeyRing(keys)


def new_key(key_id: str) -> str:
    """A fresh key as the setting takes it."""
    return f"{key_id}:{base64.b64encode(os.urandom(_LENGTH)).decode()}"


def _read_key(text: str) -> DataKey:
    key_id, _, encoded = text.partition(":")
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        secret = b""
    if not _ID.fullmatch(key_id) or len(secret) != _LENGTH:
        message = "DANGOL_DATA_KEYS must be ID:BASE64, the key 32 bytes long, several separated by commas."
        raise SettingsError(message)
    return DataKey(key_id, secret)
