"""Points that come from a partner: each reference once, whether it is sent in a file or by its systems."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock
from backend.core.bulk import insert_rows
from backend.core.db import TryAgain, db, is_duplicate, table_of
from backend.core.ids import new_id
from backend.customers import Card, hold
from backend.loyalty import ledger
from backend.loyalty.earning import month_end
from backend.loyalty.partners import access
from backend.loyalty.partners.models import Partner, PartnerTransfer
from backend.loyalty.partners.rules import Exchanged, Rate, come_in, over_limit, rate_on
from backend.loyalty.partners.service import today_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from backend.core.audit import Actor

_AHEAD = timedelta(days=1)
_OLDEST = timedelta(days=366)
_INSERT = insert(table_of(PartnerTransfer))


class Wish(NamedTuple):
    """A transfer as the partner tells it: `points` of its own, on its day `on`, for whoever holds the card."""

    reference: str
    card: str
    points: int
    on: date


class Taken(NamedTuple):
    """What became of a wish: `done`, `again` (as before) or `refused`, and then which field is amiss and why."""

    reference: str
    outcome: str
    ours: int = 0
    field: str | None = None
    why: str | None = None
    transfer_id: str | None = None


class _Kept(NamedTuple):
    """A transfer that is there already, as far as a repetition is compared with it."""

    id: str
    customer_id: str | None
    theirs: int
    ours: int
    happened_on: date


class _Holder(NamedTuple):
    customer_id: str
    owner_id: str | None


def take_in(code: str, wishes: Sequence[Wish], *, acting_staff: Actor) -> list[Taken]:
    """Give members what a partner transferred, within a unit of work; one wish that is amiss keeps no other back.

    Raises `NotFound` for an unknown partner, `TryAgain` when the same is sent somewhere else in the same moment.
    """
    partner = access.partner(code)
    holders = _holders(wishes)
    hold({each.customer_id for each in holders.values()})
    if _holders(wishes) != holders:
        raise TryAgain
    there = _there(partner, wishes)
    book = _Book(partner, {each.customer_id for each in holders.values()}, acting_staff)
    found = []
    for wish in wishes:
        before = there.get(wish.reference)
        holder = holders.get(wish.card)
        result = _again(before, wish, holder) if before else book.take(wish, holder)
        if result.outcome == "done":
            made = book.made[-1]
            there[wish.reference] = _Kept(*(made[name] for name in _Kept._fields))
        found.append(result)
    book.write()
    return found


class _Book:
    """Takes wishes of one partner, with what is the same for all of them, and writes what was `made` at once."""

    def __init__(self, partner: Partner, members: set[str], acting_staff: Actor) -> None:
        self._partner, self._acting_staff = partner, acting_staff
        self._rates = access.rates(partner.id)
        self._today = today_at(partner.business_unit_id)
        self._used = used_in_month(partner.id, members, "in", self._today)
        self._entries: list[dict[str, Any]] = []
        self.made: list[dict[str, Any]] = []

    def take(self, wish: Wish, holder: _Holder | None) -> Taken:
        """Refuse a wish, or carry it out."""
        if self._partner.state != "active":
            return _refused(wish, "partner", "Nothing is exchanged with this partner at present.")
        if not self._today - _OLDEST <= wish.on <= self._today + _AHEAD:
            return _refused(wish, "on", "This day is in the future, or more than a year ago.")
        rate = rate_on(self._rates, "in", wish.on)
        if rate is None:
            return _refused(wish, "on", "No rate was agreed for this day.")
        if holder is None:
            return _refused(wish, "card", "Nobody holds this card.")
        points = come_in(wish.points, rate)
        if not points.ours:
            return _refused(wish, "points", "This is worth less than one point.")
        used = self._used.get(holder.customer_id, 0)
        limits = {"at_once": self._partner.most_at_once, "a_month": self._partner.most_a_month}
        why = over_limit(points.ours, this_month=used, **limits)
        return _refused(wish, "points", why) if why else self._carry_out(wish, holder, rate, points)

    def _carry_out(self, wish: Wish, holder: _Holder, rate: Rate, points: Exchanged) -> Taken:
        now = clock.now()
        made = {
            "id": new_id(),
            "owner_id": holder.owner_id,
            "partner_id": self._partner.id,
            "direction": "in",
            "reference": wish.reference,
            "customer_id": holder.customer_id,
            "theirs": points.theirs,
            "ours": points.ours,
            "rate_id": rate.id,
            "state": "done",
            "happened_on": wish.on,
            "booked_on": self._today,
            "staff_id": self._acting_staff.staff_id,
            "asked_at": now,
            "decided_at": now,
        }
        self.made.append(made)
        self._used[holder.customer_id] = self._used.get(holder.customer_id, 0) + points.ours
        months = self._partner.valid_months
        given = ledger.entry(
            customer_id=holder.customer_id,
            owner_id=holder.owner_id,
            kind="transfer_in",
            points=points.ours,
            business_unit_id=self._partner.business_unit_id,
            transfer_id=made["id"],
            occurred_at=now,
            business_day=self._today,
            expires_on=month_end(self._today, months) if months is not None else None,
        )
        self._entries.append(given)
        return Taken(wish.reference, "done", points.ours, transfer_id=str(made["id"]))

    def write(self) -> None:
        """Write the transfers that were made, their audit rows and their entries."""
        with _told_once():
            insert_rows(_INSERT, self.made)
        audit.record_each(
            [(self._acting_staff, each["customer_id"]) for each in self.made],
            "partner.transfer_in",
            subject_kind="customer",
            details=[_told(self._partner.code, each["reference"], each["ours"], each["theirs"]) for each in self.made],
        )
        ledger.post(self._entries)


def add(*transfers: PartnerTransfer) -> None:
    """Write transfers. Raises `TryAgain` when somebody else wrote one's reference in the same moment."""
    db.session.add_all(transfers)
    with _told_once():
        db.session.flush()


@contextmanager
def _told_once() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if is_duplicate(error):
            raise TryAgain from error
        raise


def used_in_month(partner_id: str, customer_ids: Collection[str], direction: str, day: date) -> dict[str, int]:
    """{member: own points} that were exchanged one way in the month of `day` and not given back."""
    query = select(PartnerTransfer.customer_id, func.sum(PartnerTransfer.ours)).where(
        PartnerTransfer.customer_id.in_(sorted(customer_ids)),
        PartnerTransfer.partner_id == partner_id,
        PartnerTransfer.direction == direction,
        PartnerTransfer.state.in_(("asked", "done")),
        PartnerTransfer.booked_on.between(day.replace(day=1), month_end(day, 0)),
    )
    found = db.session.execute(query.group_by(PartnerTransfer.customer_id))
    return {customer_id: int(points) for customer_id, points in found if customer_id is not None}


def tell(acting_staff: Actor, action: str, transfer: PartnerTransfer, partner_code: str) -> None:
    """The audit row of a transfer."""
    detail = _told(partner_code, transfer.reference, transfer.ours, transfer.theirs)
    audit.record(acting_staff, action, subject_kind="customer", subject_id=transfer.customer_id, detail=detail)


def _told(partner_code: str, reference: str, ours: int, theirs: int) -> dict[str, Any]:
    return {"partner": partner_code, "reference": reference, "points": ours, "theirs": theirs}


def _holders(wishes: Sequence[Wish]) -> dict[str, _Holder]:
    query = select(Card.number, Card.customer_id, Card.owner_id).where(Card.number.in_({wish.card for wish in wishes}))
    return {number: _Holder(customer_id, owner_id) for number, customer_id, owner_id in db.session.execute(query)}


def _there(partner: Partner, wishes: Sequence[Wish]) -> dict[str, _Kept]:
    columns = (getattr(PartnerTransfer, name) for name in _Kept._fields)
    query = select(PartnerTransfer.reference, *columns).where(
        PartnerTransfer.partner_id == partner.id,
        PartnerTransfer.direction == "in",
        PartnerTransfer.reference.in_({wish.reference for wish in wishes}),
    )
    return {reference: _Kept(*kept) for reference, *kept in db.session.execute(query)}


def _again(before: _Kept, wish: Wish, holder: _Holder | None) -> Taken:
    """The same is done once; something else under the same reference is somebody's mistake."""
    somebody_else = holder is not None and before.customer_id not in {None, holder.customer_id}
    if somebody_else or (before.theirs, before.happened_on) != (wish.points, wish.on):
        return _refused(wish, "reference", "Another transfer has this reference already.")
    return Taken(wish.reference, "again", before.ours, transfer_id=before.id)


def _refused(wish: Wish, field: str, why: str) -> Taken:
    return Taken(wish.reference, "refused", field=field, why=why)
