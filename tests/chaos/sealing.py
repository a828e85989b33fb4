"""How a tablet seals an entry for the server alone, as the contract has it: P-256, HKDF-SHA256, AES-256-GCM."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO = b"dangol sealed outbox 1"


def seal(mutation: dict[str, Any], key: dict[str, Any]) -> dict[str, str]:
    """`{id, kid, epk, iv, ct}` for `key` = `{kid, jwk}` of the server."""
    x, y = (int.from_bytes(_bytes(key["jwk"][name])) for name in ("x", "y"))
    server = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    epk, point, iv = _point(ephemeral.public_key()), _point(server), secrets.token_bytes(12)
    derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=epk + point, info=_INFO)
    content_key = derivation.derive(ephemeral.exchange(ec.ECDH(), server))
    plain = json.dumps(mutation, ensure_ascii=False).encode("utf-8", "surrogatepass")
    sealed = AESGCM(content_key).encrypt(iv, plain, mutation["id"].encode())
    return {"id": mutation["id"], "kid": key["kid"], "epk": _text(epk), "iv": _text(iv), "ct": _text(sealed)}


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
