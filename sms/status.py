"""What Twilio's statuses and error codes mean for a message. Pure. Source: Twilio's documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from backend.delivery import State
from sms.providers.meanings import Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

STATES: Final[Mapping[str, State]] = {
    "accepted": State.ACCEPTED,
    "scheduled": State.ACCEPTED,
    "queued": State.ACCEPTED,
    "sending": State.ACCEPTED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "partially_delivered": State.UNDELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
}


THROTTLED: Final = frozenset({"20429", "63017", "14107", "30022"})
"""Not processed because of one too many: sent again later."""

_MEANINGS: Final[Mapping[str, Meaning]] = {
    "21211": Meaning("bad_number", "block"),
    "21217": Meaning("bad_number", "block"),
    "21614": Meaning("landline", "block"),
    "21610": Meaning("unsubscribed", "refusal"),
    "21612": Meaning("configuration"),
    "21606": Meaning("configuration"),
    "21603": Meaning("configuration"),
    "21659": Meaning("configuration"),
    "21701": Meaning("configuration"),
    "21703": Meaning("configuration"),
    "21408": Meaning("configuration"),
    "20003": Meaning("configuration"),
    "20404": Meaning("configuration"),
    "30003": Meaning("unreachable"),
    "30008": Meaning("undeliverable"),
    "30004": Meaning("carrier_filtered"),
    "30007": Meaning("carrier_filtered"),
    "30005": Meaning("bad_number", "count"),
    "30006": Meaning("landline", "count"),
    "30036": Meaning("too_late"),
}
_OTHER: Final = Meaning("provider_refused")
_OTHER_REPORTED: Final = Meaning("undeliverable")


def meaning_of_refusal(code: str | None) -> Meaning:
    """Return what an error code in the answer to a call means."""
    return _MEANINGS.get(code or "", _OTHER)


def meaning_of_report(state: State, code: str | None) -> Meaning | None:
    """Return why a reported ending came about; None for progress."""
    if state is State.CANCELED:
        return Meaning("canceled")
    if state not in {State.UNDELIVERED, State.FAILED}:
        return None
    return _MEANINGS.get(code or "", _OTHER_REPORTED)
