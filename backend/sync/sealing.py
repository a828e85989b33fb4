"""What tablets seal so that only the server reads it: ECDH on P-256, HKDF-SHA256, AES-256-GCM, all in WebCrypto.

A sealed item is `{id, kid, epk, iv, ct}`, everything but `id` in base64url without padding. `epk` is the uncompressed
point (65 bytes) of a key pair made for this one item; the content key is HKDF of the shared x coordinate with
`epk || server's point` as salt; `id` is authenticated beside the ciphertext. `kid` is the key's RFC 7638 thumbprint.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.core.errors import SettingsError

INFO = b"dangol sealed outbox 1"
_IV_BYTES = 12
_TAG_BYTES = 16
_POINT_BYTES = 65


class CannotOpen(Exception):
    """This was not sealed for any of the server's keys, or was changed since."""


@dataclass(frozen=True)
class SealingKey:
    """One key pair of the server; tablets know its public half."""

    private: ec.EllipticCurvePrivateKey
    point: bytes
    kid: str
    jwk: dict[str, str]


def fresh() -> str:
    """A new private key as `DANGOL_SEALING_KEY` takes it: PKCS8, base64."""
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64encode(made).decode()


@lru_cache(maxsize=8)
def keys(setting: str) -> tuple[SealingKey, ...]:
    """The keys that the setting names, separated by commas: the first is handed out, every one opens.

    Raises `SettingsError` when there is none, or one that is no P-256 key.
    """
    found = tuple(_key(each.strip()) for each in setting.split(",") if each.strip())
    if not found:
        message = "DANGOL_SEALING_KEY is missing: `dangol sealing-key` prints a fresh one."
        raise SettingsError(message)
    return found


def seal(item_id: str, plaintext: bytes, *, key: SealingKey) -> dict[str, str]:
    """`plaintext` as a tablet seals it under `id`; what tests and tools send."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    epk, iv = _point(ephemeral.public_key()), secrets.token_bytes(_IV_BYTES)
    shared = ephemeral.exchange(ec.ECDH(), key.private.public_key())
    sealed = AESGCM(_content_key(shared, epk, key)).encrypt(iv, plaintext, item_id.encode())
    return {"id": item_id, "kid": key.kid, "epk": _text(epk), "iv": _text(iv), "ct": _text(sealed)}


def unseal(item: dict[str, Any], *, known: tuple[SealingKey, ...]) -> bytes:
    """What is inside a sealed item. Raises `CannotOpen`."""
    key = next((each for each in known if each.kid == item.get("kid")), None)
    if key is None:
        raise CannotOpen
    epk, iv, sealed = (_bytes(item.get(name)) for name in ("epk", "iv", "ct"))
    if len(epk) != _POINT_BYTES or len(iv) != _IV_BYTES or len(sealed) < _TAG_BYTES:
        raise CannotOpen
    try:
        # A point that is not on the curve is refused here.
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), epk)
        shared = key.private.exchange(ec.ECDH(), theirs)
        return AESGCM(_content_key(shared, epk, key)).decrypt(iv, sealed, item["id"].encode())
    except (ValueError, InvalidTag) as error:
        raise CannotOpen from error


def _content_key(shared: bytes, epk: bytes, key: SealingKey) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=epk + key.point, info=INFO).derive(shared)


def _key(text: str) -> SealingKey:
    try:
        private = serialization.load_der_private_key(base64.b64decode(text, validate=True), password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        message = "DANGOL_SEALING_KEY is no P-256 key: `dangol sealing-key` prints a fresh one."
        raise SettingsError(message)
    point = _point(private.public_key())
    jwk = {"crv": "P-256", "kty": "EC", "x": _text(point[1:33]), "y": _text(point[33:])}
    kid = _text(hashlib.sha256(orjson.dumps(jwk, option=orjson.OPT_SORT_KEYS)).digest())
    return SealingKey(private, point, kid, jwk)


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: object) -> bytes:
    """The bytes of base64url text without padding. Raises `CannotOpen` for anything else."""
    if not isinstance(text, str) or "=" in text:
        raise CannotOpen
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise CannotOpen from error
