"""Points that go to a partner: taken from the member at once, told to the partner, and given back if it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.core.errors import Conflict, ValidationFailed
from backend.core.ids import new_id
from backend.customers import get_customer, hold
from backend.loyalty import ledger
from backend.loyalty.partners import access
from backend.loyalty.partners.incoming import add, tell, used_in_month
from backend.loyalty.partners.models import PartnerTransfer
from backend.loyalty.partners.rules import go_out, over_limit, rate_on
from backend.loyalty.partners.service import today_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.core.audit import Actor
    from backend.loyalty.partners.models import Partner

_AT_ONCE = 500


class PointsLacking(Conflict):
    """She has fewer points than this. A transfer is no sale, so it waits until there are enough."""

    code = "points_lacking"


class TransferDecided(Conflict):
    """What became of this transfer is decided already, or the partner has heard of it."""

    code = "transfer_decided"


class Answer(NamedTuple):
    """What a partner says of a transfer to it: `done` or `refused`, and why."""

    reference: str
    outcome: str
    reason: str | None = None


class Answered(NamedTuple):
    """What became of an answer: `done`, `refused`, `again` (it was given before) or `unknown`, and then why."""

    reference: str
    outcome: str
    why: str | None = None


def send(
    customer_id: str, code: str, *, points: int, account: str, reason: str, acting_staff: Actor
) -> PartnerTransfer:
    """Take at most `points` from a member for a partner, within a unit of work.

    Raises `NotFound`, `ValidationFailed` where nothing is exchanged or a limit is in the way, and `PointsLacking`.
    """
    partner = access.partner(code)
    now = get_customer(customer_id).id
    today = today_at(partner.business_unit_id)
    rate = rate_on(access.rates(partner.id), "out", today)
    if partner.state != "active" or rate is None:
        raise ValidationFailed({"partner": ["No points go to this partner at present."]})
    exchanged = go_out(points, rate)
    if not exchanged.theirs:
        raise ValidationFailed({"points": ["This is worth less than one point of the partner's."]})
    hold([now])
    used = used_in_month(partner.id, [now], "out", today).get(now, 0)
    limits = {"at_once": partner.most_at_once, "a_month": partner.most_a_month}
    if why := over_limit(exchanged.ours, this_month=used, **limits):
        raise ValidationFailed({"points": [why]})
    # What is over by now pays for nothing.
    ledger.settle([now])
    balance = ledger.balance(now)
    if balance < exchanged.ours:
        raise PointsLacking(balance=balance, points=exchanged.ours)
    made = PartnerTransfer(
        id=(id_ := new_id()),
        partner_id=partner.id,
        direction="out",
        reference=id_,
        customer_id=now,
        account=account,
        theirs=exchanged.theirs,
        ours=exchanged.ours,
        rate_id=rate.id,
        state="asked",
        reason=reason,
        happened_on=today,
        booked_on=today,
        staff_id=acting_staff.staff_id,
    )
    made.owner_id = customer_id if customer_id != now else None
    add(made)
    _post(made, partner, "transfer_out", -exchanged.ours, acting_staff=acting_staff)
    tell(acting_staff, "partner.transfer_out", made, partner.code)
    return made


def reverse(transfer_id: str, *, reason: str, acting_staff: Actor) -> PartnerTransfer:
    """Take a transfer back: one in that was done, or one out of which the partner has not heard.

    Raises `NotFound`, and `TransferDecided` for any other.
    """
    found = _held(access.transfer(transfer_id))
    open_out = found.direction == "out" and found.state == "asked" and found.collected_at is None
    if not open_out and (found.direction, found.state) != ("in", "done"):
        raise TransferDecided(state=found.state)
    _give_back(found, "reversed", reason, acting_staff=acting_staff)
    tell(acting_staff, "partner.transfer_reversed", found, found.partner.code)
    return found


def collect(partner: Partner, *, again: bool = False) -> list[PartnerTransfer]:
    """What goes out and the partner has not heard of, the oldest first, some hundreds at a time; now it has.

    `again`: also what it has heard of and not answered (ix_partner_transfer_state).
    """
    query = select(PartnerTransfer).where(
        PartnerTransfer.partner_id == partner.id, PartnerTransfer.state == "asked", PartnerTransfer.direction == "out"
    )
    if not again:
        query = query.where(PartnerTransfer.collected_at.is_(None))
    # Nobody withdraws one while it is told.
    found = list(db.session.scalars(query.order_by(PartnerTransfer.id).limit(_AT_ONCE).with_for_update()))
    for each in found:
        each.collected_at = each.collected_at or clock.now()
    return found


def answer(partner: Partner, answers: Sequence[Answer], *, acting_staff: Actor) -> list[Answered]:
    """Note what a partner says, within a unit of work; what it refuses goes back to the lots that it came from."""
    query = select(PartnerTransfer).where(
        PartnerTransfer.partner_id == partner.id,
        PartnerTransfer.direction == "out",
        PartnerTransfer.reference.in_({each.reference for each in answers}),
    )
    asked = list(db.session.scalars(query))
    hold({each.customer_id for each in asked if each.customer_id is not None})
    found = {each.reference: _anew(each) for each in sorted(asked, key=lambda each: each.id)}
    return [_answer(found.get(each.reference), each, acting_staff=acting_staff) for each in answers]


def _answer(found: PartnerTransfer | None, given: Answer, *, acting_staff: Actor) -> Answered:
    if found is None:
        return Answered(given.reference, "unknown", "There is no transfer with this reference.")
    if found.state == given.outcome:
        return Answered(given.reference, "again")
    if found.state != "asked":
        return Answered(given.reference, "unknown", f"This transfer is {found.state} already.")
    if given.outcome == "refused":
        _give_back(found, "refused", given.reason, acting_staff=acting_staff)
    else:
        found.state, found.decided_at = "done", clock.now()
    found.collected_at = found.collected_at or clock.now()
    tell(acting_staff, f"partner.transfer_{given.outcome}", found, found.partner.code)
    return Answered(given.reference, given.outcome)


def _give_back(found: PartnerTransfer, state: str, reason: str | None, *, acting_staff: Actor) -> None:
    found.state, found.decided_at = state, clock.now()
    found.back_on = today_at(found.partner.business_unit_id)
    if reason is not None:
        found.reason = reason
    if found.customer_id is not None:
        points = found.ours if found.direction == "out" else -found.ours
        _post(found, found.partner, "transfer_back", points, acting_staff=acting_staff)


def _post(found: PartnerTransfer, partner: Partner, kind: str, points: int, *, acting_staff: Actor) -> None:
    made = ledger.entry(
        customer_id=found.customer_id,
        owner_id=found.owner_id,
        kind=kind,
        points=points,
        business_unit_id=partner.business_unit_id,
        transfer_id=found.id,
        staff_id=acting_staff.staff_id,
        occurred_at=clock.now(),
        business_day=found.back_on or found.booked_on,
    )
    ledger.post([made])


def _held(found: PartnerTransfer) -> PartnerTransfer:
    """The transfer while nobody else changes it or its member."""
    hold([found.customer_id] if found.customer_id is not None else [])
    return _anew(found)


def _anew(found: PartnerTransfer) -> PartnerTransfer:
    db.session.refresh(found, with_for_update=True)
    return found
