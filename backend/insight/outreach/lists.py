"""The stores' lists of members at risk: worked out anew from the scores, and left at once by whoever buys.

Rows change only where what they say does, or each refresh would send all of them to all tablets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Date, and_, case, delete, exists, func, insert, literal, select

from backend.core.bulk import insert_rows, update_rows
from backend.core.db import db, parts, table_of
from backend.core.one_of import one_of
from backend.customers import Customer, CustomerFacts, StoreActivity, StoreDeparture
from backend.delivery import Allowed, Draft, Held, Verdict, decide
from backend.insight.outreach import rules
from backend.insight.outreach.models import AtRisk, Outreach
from backend.insight.scoring import MemberScore
from backend.organization import Store, unshared_stores
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Select

COLLECTION = "risks"
_AT_ONCE = 1_000
_risk = table_of(AtRisk)
_INSERT = insert(_risk)
_THERE = select(_risk.c.customer_id).where(one_of(_risk.c.customer_id, "ids"))
_facts = table_of(CustomerFacts)
_LAST = (
    select(_risk.c.customer_id, _facts.c.last_purchase_on)
    .join(_facts, _facts.c.customer_id == _risk.c.customer_id)
    .where(one_of(_risk.c.customer_id, "ids"))
)
_MEMBERS = (
    select(_risk, Customer.phone, Store.business_unit_id)
    .join(Customer, Customer.id == _risk.c.customer_id)
    .join(Store, Store.id == _risk.c.store_id)
)
_COMPARED = ("store_id", "chance", "worth", "stake", "currency", "reasons", "may_call", "call_reason")


class Callee(NamedTuple):
    """Whom somebody of a store would call."""

    customer_id: str
    phone: str | None
    store_id: str
    business_unit_id: str


def refresh(as_of: date) -> int:
    """Work out all lists as the scores have them, in the open unit of work; how many rows changed.

    One statement ranks everybody by what is at stake and reads the first of each store.
    """
    found = db.session.execute(_ranked(as_of)).all()
    wanted = {row.customer_id: _row(row, as_of) for row in found}
    callees = [Callee(row.customer_id, row.phone, row.store_id, row.business_unit_id) for row in found]
    for callee, verdict in zip(callees, verdicts(callees), strict=True):
        wanted[callee.customer_id] |= _calls(verdict)
    return _store(wanted)


def verdicts(callees: Sequence[Callee]) -> list[Verdict]:
    """What the gate says of calling each of them, to ask how things are and to offer something."""
    return [verdict for some in parts(callees, _AT_ONCE) for verdict in decide([_call(each) for each in some])]


def recheck(customer_ids: Collection[str]) -> None:
    """Ask the gate again about those who are on a list: what they said of calls, or their number, changed."""
    rows = db.session.execute(_MEMBERS.where(one_of(_risk.c.customer_id, "ids")), {"ids": sorted(customer_ids)}).all()
    callees = [Callee(row.customer_id, row.phone, row.store_id, row.business_unit_id) for row in rows]
    changed = [
        {"customer_id": row.customer_id, **calls}
        for row, verdict in zip(rows, verdicts(callees), strict=True)
        if (calls := _calls(verdict)) != {"may_call": row.may_call, "call_reason": row.call_reason}
    ]
    mark_changed(COLLECTION, [row["customer_id"] for row in changed])
    update_rows(_risk, changed, by=("customer_id",))


def bought(days: Mapping[str, date]) -> None:
    """Take those off the lists whose purchase on this day is their newest; old sales that are brought in are none."""
    if days:
        found = db.session.execute(_LAST, {"ids": sorted(days)}).all()
        leave(customer_id for customer_id, last_on in found if days[customer_id] >= last_on)


def leave(customer_ids: Iterable[str]) -> None:
    """Take members off the lists; a look-up by primary key where none of them is on one, as nearly always."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return
    db.session.flush()
    there = db.session.execute(_THERE, {"ids": wanted}).scalars().all()
    if there:
        mark_changed(COLLECTION, there, deleted=True)
        db.session.execute(delete(AtRisk).where(AtRisk.customer_id.in_(there)))


def _ranked(as_of: date) -> Select[Any]:
    """The first of each store among the regular members who are late and unlikely to return."""
    score, facts = MemberScore, CustomerFacts
    found = (
        select(
            score.customer_id,
            score.return_28,
            score.worth,
            score.stake,
            score.currency,
            score.reasons,
            Customer.phone,
            func.coalesce(_last_store(unshared_stores()), Customer.home_store_id).label("store_id"),
        )
        .join(Customer, Customer.id == score.customer_id)
        .join(facts, facts.customer_id == score.customer_id)
        .where(
            score.return_28 <= rules.UNLIKELY,
            score.stake > 0,
            score.worth.is_not(None),
            Customer.suspended_at.is_(None),
            facts.cycle_days.between(0, rules.LONGEST_CYCLE),
            facts.last_purchase_on < _late_before(as_of),
            ~exists().where(Outreach.customer_id == score.customer_id, Outreach.rests_until > as_of),
        )
        .subquery()
    )
    best_first = func.row_number().over(
        partition_by=found.c.store_id, order_by=(found.c.stake.desc(), found.c.customer_id)
    )
    ranked = (
        select(found, Store.business_unit_id, best_first.label("place"))
        .join(Store, Store.id == found.c.store_id)
        .subquery()
    )
    return select(ranked).where(ranked.c.place <= rules.MOST).order_by(ranked.c.customer_id)


def _late_before(as_of: date) -> ColumnElement[Any]:
    """Before which last purchase day a member of her cycle is late; by the same rounding as `insight.rules`."""
    days = [(CustomerFacts.cycle_days <= most, literal(day, Date)) for most, day in rules.last_days(as_of)]
    return case(*days)


def _last_store(unshared: frozenset[str]) -> ColumnElement[str]:
    """Where she bought last, among the stores whose tablets hold her; seeks in the primary key."""
    left = and_(
        StoreDeparture.customer_id == StoreActivity.customer_id,
        StoreDeparture.store_id == StoreActivity.store_id,
        StoreDeparture.last_on >= StoreActivity.last_on,
    )
    return (
        select(StoreActivity.store_id)
        .where(StoreActivity.customer_id == MemberScore.customer_id, StoreActivity.store_id.not_in(unshared))
        .where(~exists().where(left))
        .order_by(StoreActivity.last_on.desc(), StoreActivity.store_id)
        .limit(1)
        .correlate(MemberScore)
        .scalar_subquery()
    )


def _row(found: Any, as_of: date) -> dict[str, Any]:  # noqa: ANN401 - a row of `_ranked`
    return {
        "customer_id": found.customer_id,
        "store_id": found.store_id,
        "chance": round(found.return_28 * 100),
        "worth": rules.about(found.worth),
        "stake": rules.about(found.stake),
        "currency": found.currency,
        "reasons": rules.codes(found.reasons),
        "since": as_of,
    }


def _call(callee: Callee) -> Draft:
    return Draft(
        channel="call",
        purpose="commercial",
        customer_id=callee.customer_id,
        sender_id=callee.business_unit_id,
        store_id=callee.store_id,
        address=callee.phone,
        body="",
    )


def _calls(verdict: Verdict) -> dict[str, Any]:
    """Whether she may be called by day: lists are made at night, when nobody may be."""
    if isinstance(verdict, Allowed) or (isinstance(verdict, Held) and verdict.reason == "night"):
        return {"may_call": True, "call_reason": None}
    return {"may_call": False, "call_reason": verdict.reason}


def _store(wanted: dict[str, dict[str, Any]]) -> int:
    """Make the table hold these rows, writing what differs."""
    db.session.flush()
    there = {row["customer_id"]: dict(row) for row in db.session.execute(select(_risk)).mappings()}
    gone = there.keys() - wanted.keys()
    new = [row for customer_id, row in wanted.items() if customer_id not in there]
    other = [
        {name: row[name] for name in ("customer_id", *_COMPARED)}
        for customer_id, row in wanted.items()
        if customer_id in there and any(row[name] != there[customer_id][name] for name in _COMPARED)
    ]
    leave(gone)
    mark_changed(COLLECTION, [row["customer_id"] for row in (*new, *other)])
    insert_rows(_INSERT, new)
    update_rows(_risk, other, by=("customer_id",))
    return len(gone) + len(new) + len(other)
