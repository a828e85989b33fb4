"""What other features ask of the ledger without knowing it: whether a consent of one purpose stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.consent.models import ConsentEntry
from backend.core.db import db

if TYPE_CHECKING:
    from backend.customers import StandingConsentAsked


def answer(event: StandingConsentAsked) -> None:
    """Say whether it was granted, and no refusal stands that a later grant has not named."""
    query = select(ConsentEntry.id, ConsentEntry.granted, ConsentEntry.lifts_id).where(
        ConsentEntry.customer_id == event.customer_id, ConsentEntry.purpose == event.purpose
    )
    said = db.session.execute(query).all()
    lifted = {each.lifts_id for each in said if each.granted}
    refused = any(not each.granted and each.id not in lifted for each in said)
    event.standing = any(each.granted for each in said) and not refused
