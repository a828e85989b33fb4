"""The house's key pair for push services (VAPID, RFC 8292): they take pushes for a browser only from its owner."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app

from backend.core.errors import SettingsError

if TYPE_CHECKING:
    from flask import Flask

    from backend.settings import Settings

_KEY = "dangol.push.keys"
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class PushKeys:
    """The pair as PEM, the public half as browsers take it (base64url of the point), and whom services may write to."""

    private: bytes = field(repr=False)
    public: bytes
    application_key: str
    contact: str


def fresh() -> str:
    """Return a new private key as `DANGOL_PUSH_KEY` takes it: PKCS8, base64."""
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64encode(made).decode()


def read(setting: str, contact: str) -> PushKeys:
    """Read what `DANGOL_PUSH_KEY` and `DANGOL_PUSH_CONTACT` say. Raises `SettingsError` naming which is wrong."""
    try:
        private = serialization.load_der_private_key(base64.b64decode(setting, validate=True), password=None)
    except (binascii.Error, ValueError, TypeError):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        message = "DANGOL_PUSH_KEY is no P-256 key: `dangol push keys` prints a fresh one."
        raise SettingsError(message)
    name, at, domain = contact.partition("@")
    if not (name and at and "." in domain and contact.isascii() and contact.isprintable() and " " not in contact):
        message = "DANGOL_PUSH_CONTACT must be an e-mail address: push services write there when something is wrong."
        raise SettingsError(message)
    no_password = serialization.NoEncryption()
    public = private.public_key()
    point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return PushKeys(
        private=private.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, no_password),
        public=public.public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        application_key=base64.urlsafe_b64encode(point).rstrip(b"=").decode(),
        contact=contact,
    )


def attach(app: Flask, settings: Settings) -> None:
    """Read the keys of `app`; without a key push is off."""
    app.extensions[_KEY] = read(settings.push_key, settings.push_contact or "") if settings.push_key else None


def current_keys() -> PushKeys | None:
    """Return the keys of the running app; None where push is off."""
    return cast("PushKeys | None", current_app.extensions.get(_KEY))
