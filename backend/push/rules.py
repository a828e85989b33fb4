"""Which endpoints and keys are taken, and when somebody is left in peace. Pure.

An endpoint comes from a browser, and the server will ask it: it is taken only where it leads to a push service that the
settings name. Where its name leads to is looked at again at each connection (`core.resolving`).
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric import ec

from backend.core.outbound import is_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from urllib.parse import SplitResult

LONGEST_ENDPOINT: Final = 1000
AUTH_BYTES: Final = 16
POINT_BYTES: Final = 65
_HTTPS_PORT: Final = 443
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def fault_of_endpoint(endpoint: str, *, services: Sequence[str], local: Sequence[str]) -> str | None:
    """Say why an endpoint is not asked; None when it is.

    `services` are names of push services, `*.example.com` for all below one. `local` are names of the house's own,
    which alone may have a port and an address of a private network.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "This is no address."
    fault = _fault_of_form(endpoint, parts)
    if fault is not None or host in local:
        return fault
    if not _HOST.fullmatch(host) or is_private(host):
        return "The address leads into a private network."
    if port not in {None, _HTTPS_PORT}:
        return "The address must not have a port of its own."
    return None if any(_names(service, host) for service in services) else "This push service is not on the list."


def _fault_of_form(endpoint: str, parts: SplitResult) -> str | None:
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return "This is no address of a push service."
    if parts.scheme != "https":
        return "The address must begin with https://."
    if parts.username is not None or parts.password is not None or "#" in endpoint or "\\" in endpoint:
        return "The address must hold no name, password or fragment."
    return None


def _names(service: str, host: str) -> bool:
    """A name stands for itself; `*.` before it for everything below it, and not for itself."""
    return host.endswith(service[1:]) if service.startswith("*.") else host == service


def fault_of_auth(auth: str) -> str | None:
    """Say why an authentication secret is not taken; None when it is."""
    found = _decoded(auth)
    return None if found is not None and len(found) == AUTH_BYTES else "This must be 16 bytes in base64url."


def fault_of_point(p256dh: str) -> str | None:
    """Say why a browser's public key is not taken; None when it is an uncompressed point of P-256."""
    found = _decoded(p256dh)
    if found is None or len(found) != POINT_BYTES:
        return "This must be 65 bytes in base64url."
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found)
    except ValueError:
        return "This is no point of the curve P-256."
    return None


def _decoded(text: str) -> bytes | None:
    if not _BASE64URL.fullmatch(text):
        return None
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return None


def quiet_until(now: datetime, *, begins: time, ends: time, zone: str) -> datetime | None:
    """Return when the quiet hours end that `now` is in, in UTC; None outside of them. They may pass midnight."""
    local = now.astimezone(ZoneInfo(zone))
    if not _is_within(local.time().replace(tzinfo=None), begins, ends):
        return None
    end = datetime.combine(local.date(), ends, tzinfo=local.tzinfo)
    if end <= local:
        end = datetime.combine(local.date() + timedelta(days=1), ends, tzinfo=local.tzinfo)
    return end.astimezone(UTC)


def _is_within(moment: time, begins: time, ends: time) -> bool:
    if begins <= ends:
        return begins <= moment < ends
    return moment >= begins or moment < ends
