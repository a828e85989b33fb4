"""A browser's side of web push: its keys, and how it opens what arrives (by `http-ece`, another implementation)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend.core.ids import new_id
from backend.push.targets import Target


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    public = key.public_key()
    return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@dataclass
class Browser:
    """One subscription at a push service."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen bytes ok"

    @property
    def p256dh(self) -> str:
        """The public key, as browsers hand it out."""
        return base64url(point_of(self.private))

    @property
    def auth(self) -> str:
        """The secret, as browsers hand it out."""
        return base64url(self.secret)

    def data(self, **values: Any) -> dict[str, Any]:
        """What the app sends to subscribe this browser."""
        keys = {"endpoint": self.endpoint, "p256dh": self.p256dh, "auth": self.auth}
        return keys | {"surface": "floor", "language": "ko"} | values

    def target(self) -> Target:
        """As the transport is given it."""
        return Target(new_id(), self.endpoint, self.p256dh, self.auth, "floor", "ko")

    def open(self, body: bytes) -> bytes:
        """Decrypt what the push service hands over."""
        opened: bytes = http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm")
        return opened

    def read(self, body: bytes) -> Any:
        """Decrypt and read what the service worker would be given."""
        return json.loads(self.open(body))


def token_of(authorization: str) -> tuple[dict[str, Any], bytes]:
    """The claims of a VAPID header, verified with the key that it names, and that key's point."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = base64.urlsafe_b64decode(parts["k"] + "=" * (-len(parts["k"]) % 4))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(parts["t"], public, algorithms=["ES256"], options={"verify_aud": False})
    return claims, point
