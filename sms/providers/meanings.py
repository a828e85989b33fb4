"""What providers' refusals mean in our own codes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.delivery import Consequence


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
