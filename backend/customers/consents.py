"""What customers ask the consent ledger, and what they hear from it, without knowing it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core import events
from backend.core.errors import Conflict

HEALTH = "sensitive"
IDENTITY = "unique_identifier"


@dataclass
class StandingConsentAsked:
    """Does a consent of this purpose stand? Who keeps the ledger sets `standing`; where nobody does, none stands."""

    customer_id: str
    purpose: str
    standing: bool = False


@dataclass(frozen=True)
class ConsentWithdrawn:
    """A consent of this purpose was refused or withdrawn: what was kept on its ground goes at once."""

    customer_id: str
    purpose: str


class ConsentNeeded(Conflict):
    """This may be kept only with the customer's consent, which is not there. Ask her and record it first."""

    code = "consent_needed"


_SENTENCES = {
    HEALTH: "Allergies are health data: they are kept only with the customer's consent to sensitive data, which is not "
    "there. Ask her and record it first.",
    IDENTITY: "A passport is kept only with the customer's consent to unique identifiers, which is not there. Ask her "
    "and record it first.",
}


def require(customer_id: str, purpose: str) -> None:
    """Raise `ConsentNeeded` unless a consent of `purpose` stands."""
    asked = StandingConsentAsked(customer_id, purpose)
    events.publish(asked)
    if not asked.standing:
        raise ConsentNeeded(_SENTENCES[purpose], purpose=purpose)
