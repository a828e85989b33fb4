"""A bank's cards as member cards: its file ties tokens to members. No payment card's number is ever kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.customers import COLLECTION, Card, hold, is_payment_card
from backend.loyalty.partners import access
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.core.audit import Actor
    from backend.loyalty.partners.models import Partner

_ROOM = 40


class Tie(NamedTuple):
    """A token, and the number of a card that its holder has."""

    token: str
    card: str


class Tied(NamedTuple):
    """What became of a tie: `done`, `again` (it stood), or `refused`, and then which field is amiss and why."""

    token: str
    outcome: str
    field: str | None = None
    why: str | None = None


def tie(code: str, ties: Sequence[Tie], *, acting_staff: Actor) -> list[Tied]:
    """Give members a bank's tokens as cards, within a unit of work; one that is amiss keeps no other back.

    Raises `NotFound`, and `ValidationFailed` for a partner that is no bank.
    """
    partner = access.partner(code)
    if partner.kind != "bank":
        raise ValidationFailed({"partner": ["Only a bank's cards are tied to members."]})
    found = _holders(ties)
    hold(set(found.values()))
    found = _holders(ties)
    return [_tie(partner, each, found, acting_staff=acting_staff) for each in ties]


def _tie(partner: Partner, wanted: Tie, holders: dict[str, str], *, acting_staff: Actor) -> Tied:
    token, holder = wanted.token, holders.get(wanted.card)
    if not token or len(token) > _ROOM or not token.isascii() or not token.isprintable() or " " in token:
        return Tied(token[:_ROOM], "refused", "token", "A token has 1 to 40 letters, digits and signs without blanks.")
    if is_payment_card(token):
        # The number itself is repeated nowhere, not even in the file of results.
        why = "This looks like the number of a payment card, which is not kept. Send the token."
        return Tied("*" * len(token), "refused", "token", why)
    if holder is None:
        return Tied(token, "refused", "card", "Nobody holds this card.")
    if token in holders:
        if holders[token] == holder:
            return Tied(token, "again")
        return Tied(token, "refused", "token", "Somebody else holds this token; it stays with its holder.")
    card = Card(number=token, customer_id=holder, kind="bank", issuer=partner.issuer, created_at=clock.now())
    db.session.add(card)
    db.session.flush()
    holders[token] = holder
    mark_changed(COLLECTION, [holder])
    detail = {"partner": partner.code}
    audit.record(acting_staff, "partner.card", subject_kind="customer", subject_id=holder, detail=detail)
    return Tied(token, "done")


def _holders(ties: Sequence[Tie]) -> dict[str, str]:
    numbers = {number for each in ties for number in each}
    return dict(db.session.execute(select(Card.number, Card.customer_id).where(Card.number.in_(numbers))).all())
