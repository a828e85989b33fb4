"""What providers' refusals mean in our own codes, and what of an answer is the same everywhere. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from backend.delivery import Consequence

_LONGEST_WAIT: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """Why it failed, in a code of `reasons`, and what follows for the next messages."""

    reason: str
    consequence: Consequence | None = None


MEANINGS: Final[Mapping[str, Meaning]] = {
    "bad_number": Meaning("bad_number", "block"),
    "dead_number": Meaning("bad_number", "count"),
    "landline": Meaning("landline", "block"),
    "unsubscribed": Meaning("unsubscribed", "refusal"),
    "configuration": Meaning("configuration"),
    "not_encodable": Meaning("not_encodable"),
    "carrier_filtered": Meaning("carrier_filtered"),
    "unreachable": Meaning("unreachable"),
    "undeliverable": Meaning("undeliverable"),
    "provider_refused": Meaning("provider_refused"),
    "too_late": Meaning("too_late"),
}
"""What a relay's codes can be said to mean, by the name that the settings use."""


def seconds_to_wait(header: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header, in seconds or as a date. None when it says nothing that can be understood."""
    if not header:
        return None
    if header.isascii() and header.isdigit():
        return min(float(header), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), _LONGEST_WAIT)
