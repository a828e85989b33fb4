"""Recording what came of asking a member, and taking that back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, NotFound
from backend.customers import CustomerFacts, get_customer
from backend.delivery import Allowed, Held
from backend.insight.outreach import lists, rules
from backend.insight.outreach.models import AtRisk, Outreach
from backend.insight.scoring import MemberScore
from backend.organization import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor
    from backend.customers import Customer
    from backend.delivery import Verdict

_LISTED = ("store_id", "chance", "worth", "stake", "currency", "reasons")


class TooLate(Conflict):
    """This was recorded more than a day ago, or at another store: it stays as it is."""

    code = "too_late_to_take_back"


def record(data: Mapping[str, Any], *, outreach_id: str, store_id: str, acting_staff: Actor) -> Outreach:
    """Write down an outcome (`OutreachData`) and take her off the list for as long as it says.

    The gate is asked what it says of calling her, and its answer kept. Raises `NotFound` for an unknown customer.
    """
    named = data["customer_id"]
    customer = get_customer(named)
    row = db.session.get(AtRisk, customer.id, populate_existing=True)
    store = db.session.get_one(Store, store_id)
    said = Outreach(
        id=outreach_id,
        customer_id=customer.id,
        owner_id=named if named != customer.id else None,
        staff_id=acting_staff.staff_id,
        store_id=store.id,
        outcome=data["outcome"],
        reason=data["reason"],
        note=data["note"],
        listed=None if row is None else _listed(row),
        rests_until=rules.rests_until(data["outcome"], clock.business_day(data["occurred_at"], store.time_zone)),
        occurred_at=data["occurred_at"],
        **_gate(customer, store),
    )
    db.session.add(said)
    lists.leave([customer.id])
    detail = {"outreach_id": outreach_id, "outcome": said.outcome}
    audit.record(acting_staff, "outreach.record", subject_kind="customer", subject_id=customer.id, detail=detail)
    return said


def take_back(outreach_id: str, *, store_id: str, acting_staff: Actor) -> None:
    """Delete an outcome that was recorded by mistake; whom it took off the list is there again, unless she bought.

    Raises `NotFound` for an unknown one, `TooLate` for one of another store or of more than a day ago.
    """
    said = db.session.get(Outreach, outreach_id)
    if said is None:
        raise NotFound
    if said.store_id != store_id or clock.now() - said.recorded_at > timedelta(hours=rules.UNDO_HOURS):
        raise TooLate
    customer_id, listed, on = said.customer_id, said.listed, clock.business_day(said.occurred_at, said.store.time_zone)
    db.session.delete(said)
    db.session.flush()
    if listed is not None and _belongs_back(customer_id, on):
        db.session.add(_relisted(customer_id, listed))
        db.session.flush()
        lists.recheck([customer_id])
    detail = {"outreach_id": outreach_id}
    audit.record(acting_staff, "outreach.take_back", subject_kind="customer", subject_id=customer_id, detail=detail)


def another_number(customer_id: str) -> None:
    """She has another number: that the old one was wrong keeps her off the list no longer."""
    today = clock.now().date()
    wrong = update(Outreach).where(
        Outreach.customer_id == customer_id, Outreach.outcome == "wrong_number", Outreach.rests_until > today
    )
    db.session.execute(wrong.values(rests_until=today), execution_options={"synchronize_session": "fetch"})


def _listed(row: AtRisk) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _LISTED} | {"since": row.since.isoformat()}


def _relisted(customer_id: str, listed: dict[str, Any]) -> AtRisk:
    values = {name: listed[name] for name in _LISTED} | {"since": date.fromisoformat(listed["since"])}
    return AtRisk(customer_id=customer_id, may_call=False, call_reason=None, **values)


def _belongs_back(customer_id: str, on: date) -> bool:
    """Whether nothing but the outcome of that day kept her off the list."""
    other = select(Outreach.id).where(Outreach.customer_id == customer_id, Outreach.rests_until > clock.now().date())
    if db.session.scalars(other.limit(1)).first() is not None or get_customer(customer_id).suspended_at is not None:
        return False
    if db.session.get(AtRisk, customer_id) is not None or db.session.get(MemberScore, customer_id) is None:
        return False
    facts = db.session.get(CustomerFacts, customer_id)
    return facts is not None and facts.last_purchase_on is not None and facts.last_purchase_on < on


def _gate(customer: Customer, store: Store) -> dict[str, str | None]:
    """What the gate says of a call to her from this store, now."""
    callee = lists.Callee(customer.id, customer.phone, store.id, store.business_unit_id)
    (verdict,) = lists.verdicts([callee])
    reason = verdict.basis if isinstance(verdict, Allowed) else verdict.reason
    return {"verdict": _name(verdict), "verdict_reason": reason}


def _name(verdict: Verdict) -> str:
    if isinstance(verdict, Allowed):
        return "allowed"
    return "held" if isinstance(verdict, Held) else "skipped"
