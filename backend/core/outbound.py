"""What holds for requests to other people's servers: where they may not lead, and how long to wait. Pure."""

from __future__ import annotations

import ipaddress
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_WAIT: Final = 24 * 3600.0
"""Seconds; who asks for more is asked again after a day."""


def is_private(host: str) -> bool:
    """Tell whether a host is this machine or an address that is not on the open internet. A name is not."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    embedded = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return not (embedded or address).is_global or address.is_multicast


def seconds_to_wait(header: str | None, *, now: datetime) -> float | None:
    """Read `Retry-After`, seconds or a date; None without one that can be understood. `LONGEST_WAIT` at most."""
    text = (header or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return min(max(0.0, (aware - now).total_seconds()), LONGEST_WAIT)
