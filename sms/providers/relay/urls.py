"""Which addresses a relay may have: https, no private network, nothing hidden in it. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from backend.core.outbound import is_private


def fault_of_url(url: str, *, demo: bool, allow_private: bool) -> str | None:
    """Say what is wrong with an address; None when it may be asked. Names are looked at again when they resolve."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no address"
    if parts.scheme != "https" and not (demo and parts.scheme == "http"):
        return "must begin with https://"
    if not parts.hostname or "{" in parts.netloc or port == 0 or parts.fragment:
        return "must be an address with a host and no fragment"
    if parts.username is not None or parts.password is not None:
        return "must not hold a password: name a secret and use it in a header"
    if not allow_private and is_private(parts.hostname):
        return "is in a private network: set allow_private if the relay really is there"
    return None
