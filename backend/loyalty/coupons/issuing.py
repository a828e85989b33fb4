"""Issuing codes: to members by a list or by their grade, or to whoever has them.

A segment is a list of members. What is asked for twice under one id is done once; who has as many codes of a coupon as
a member gets is passed over, whoever asked for them.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from backend.core import audit, clock
from backend.core.bulk import insert_rows
from backend.core.db import db, parts, table_of
from backend.core.errors import Conflict, ValidationFailed
from backend.core.ids import is_id
from backend.core.one_of import one_of
from backend.customers import Card, Customer, CustomerFacts, hold, survivors
from backend.loyalty.coupons import access, rules
from backend.loyalty.coupons.models import Coupon, CouponCode, CouponIssue, CouponIssuePart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy import Row

    from backend.core.audit import Actor

AT_ONCE = 500
"""How many members or codes a part is: what is no more than this is issued in the request itself."""
_code, _customer, _facts, _card = (table_of(each).c for each in (CouponCode, Customer, CustomerFacts, Card))
_INSERT = insert(table_of(CouponCode))
_PRESENT = select(_customer.id).where(one_of(_customer.id, "ids"))
_BY_CARD = select(_card.number, _card.customer_id).where(one_of(_card.number, "numbers"))
_TAKEN = select(_code.code).where(one_of(_code.code, "codes"))
_HAVE = (
    select(_code.customer_id, func.count())
    .where(one_of(_code.customer_id, "ids"), _code.coupon_id == bindparam("coupon"))
    .group_by(_code.customer_id)
)


def ask(coupon_id: str, data: dict[str, Any], *, acting_staff: Actor) -> str:
    """Have codes issued as `IssueData` read it; the id of the issue, which goes on in the worker where it is long.

    Raises `NotFound`, `Conflict` for a coupon that is not live, `ValidationFailed` for members whom nobody knows.
    """
    coupon = access.coupon(coupon_id, locked=True)
    issue_id: str = data["id"]
    there = db.session.get(CouponIssue, issue_id)
    if there is not None:
        if there.coupon_id != coupon.id:
            message = "Another coupon's codes were issued under this id."
            raise Conflict(message)
        return issue_id
    _refuse(coupon, data["to"])
    members = _found(data["members"]) if data["to"] == "members" else []
    grade = data["grade"] if data["to"] == "grade" else None
    wanted = {"members": len(members), "bearer": data["count"]}.get(data["to"]) or _of_grade(grade)
    made = CouponIssue(id=issue_id, coupon_id=coupon.id, to=data["to"], grade=grade, wanted=wanted)
    made.asked_by = acting_staff.staff_id
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        CouponIssuePart(issue_id=issue_id, number=number, ids=list(ids))
        for number, ids in enumerate(parts(members, AT_ONCE))
    )
    detail = {"to": data["to"], "grade": grade, "wanted": wanted, "issue": issue_id}
    audit.record(acting_staff, "coupon.issue", subject_kind="coupon", subject_id=coupon.id, detail=detail)
    if wanted <= AT_ONCE:
        while go_on(issue_id):
            pass
    return issue_id


def go_on(issue_id: str) -> bool:
    """Issue the next part, within a unit of work; whether there is more to do."""
    query = select(CouponIssue).where(CouponIssue.id == issue_id).with_for_update()
    issue = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    if issue.state != "running":
        return False
    coupon = access.coupon(issue.coupon_id)
    if coupon.state != "live":
        issue.state = "stopped"
        return False
    more = {"bearer": _some_bearers, "grade": _some_of_grade, "members": _some_members}[issue.to](issue, coupon)
    if not more:
        issue.state, issue.finished_at = "finished", clock.now()
    db.session.flush()
    return more


def stop(issue_id: str, *, acting_staff: Actor) -> None:
    """Issue no more of it; what was issued stays good. Raises `NotFound`."""
    _turn(issue_id, "running", "stopped", acting_staff=acting_staff)


def resume(issue_id: str, *, acting_staff: Actor) -> None:
    """Go on with what was stopped. Raises `NotFound`."""
    _turn(issue_id, "stopped", "running", acting_staff=acting_staff)


def _turn(issue_id: str, before: str, after: str, *, acting_staff: Actor) -> None:
    issue = access.issue(issue_id)
    if issue.state == before:
        issue.state = after
        detail = {"issue": issue_id, "state": after}
        audit.record(acting_staff, "coupon.issue", subject_kind="coupon", subject_id=issue.coupon_id, detail=detail)


def waiting() -> list[str]:
    """Issues that are not done, in the order in which they were asked for (ix_coupon_issue_state)."""
    query = select(CouponIssue.id).where(CouponIssue.state == "running").order_by(CouponIssue.id)
    return list(db.session.scalars(query))


def _refuse(coupon: Coupon, to: str) -> None:
    if coupon.state != "live":
        message = "Only a live coupon has codes issued."
        raise Conflict(message)
    if to == "bearer" and coupon.audience == "person":
        raise ValidationFailed({"to": ["This coupon is for members by name."]})


def _found(named: Sequence[str]) -> list[str]:
    """The members whom ids and card numbers name, each once. Raises `ValidationFailed` when somebody is unknown."""
    found: dict[str, str] = {}
    for some in parts(list(dict.fromkeys(named)), AT_ONCE):
        ids = [each for each in some if is_id(each)]
        found |= {each: each for each in db.session.scalars(_PRESENT, {"ids": ids})}
        found |= survivors(set(ids) - found.keys())
        found |= dict(db.session.execute(_BY_CARD, {"numbers": [*some]}).all())
    unknown = [each for each in named if each not in found]
    if unknown:
        shown = ", ".join(unknown[:5])
        raise ValidationFailed({"members": [f"{len(unknown)} of these are no members: {shown}"]})
    return list(dict.fromkeys(found[each] for each in named))


def _of_grade(grade: str | None) -> int:
    return db.session.scalar(select(func.count()).where(_facts.grade == grade)) or 0


def _some_bearers(issue: CouponIssue, coupon: Coupon) -> bool:
    count = min(AT_ONCE, issue.wanted - issue.issued)
    _write(issue, coupon, [None] * count)
    return issue.issued < issue.wanted


def _some_of_grade(issue: CouponIssue, coupon: Coupon) -> bool:
    query = select(_facts.customer_id).where(_facts.grade == issue.grade).order_by(_facts.customer_id).limit(AT_ONCE)
    ids = list(db.session.scalars(query.where(_facts.customer_id > issue.after) if issue.after else query))
    if ids:
        _to_members(issue, coupon, ids)
        issue.after = ids[-1]
    return len(ids) == AT_ONCE


def _some_members(issue: CouponIssue, coupon: Coupon) -> bool:
    query = select(CouponIssuePart).where(CouponIssuePart.issue_id == issue.id).order_by(CouponIssuePart.number)
    found = db.session.scalars(query.limit(2)).all()
    if found:
        _to_members(issue, coupon, found[0].ids)
        db.session.execute(
            delete(CouponIssuePart).where(
                CouponIssuePart.issue_id == issue.id, CouponIssuePart.number == found[0].number
            ),
            execution_options={"synchronize_session": False},
        )
    return len(found) > 1


def _to_members(issue: CouponIssue, coupon: Coupon, ids: Sequence[str]) -> None:
    """A code for each of them who is still a member and has not got hers; merged ones are who they are now."""
    merged = survivors(ids)
    wanted = list(dict.fromkeys(merged.get(each, each) for each in ids))
    hold(wanted)
    there = set(db.session.scalars(_PRESENT, {"ids": wanted}))
    have: dict[str, int] = dict(db.session.execute(_HAVE, {"ids": wanted, "coupon": coupon.id}).all())
    getting = [
        each
        for each in wanted
        if each in there and (coupon.per_member is None or have.get(each, 0) < coupon.per_member)
    ]
    issue.skipped += len(ids) - len(getting)
    _write(issue, coupon, getting)


def _write(issue: CouponIssue, coupon: Coupon, owners: Sequence[str | None]) -> None:
    now = clock.now()
    day = clock.business_day(now, coupon.store.time_zone) if coupon.store else now.date()
    last = rules.good_until(max(day, coupon.starts_on), coupon.valid_days)
    blank = {"coupon_id": coupon.id, "owner_id": None, "issue_id": issue.id, "issued_at": now, "good_until": last}
    codes = _fresh(coupon.number, len(owners))
    insert_rows(
        _INSERT,
        [
            {"code": code, "customer_id": owner, "issued_by": issue.asked_by} | blank
            for code, owner in zip(codes, owners, strict=True)
        ],
    )
    issue.issued += len(owners)


def _fresh(number: str, count: int) -> list[str]:
    """So many codes that nobody has; nobody can guess one from others."""
    found: set[str] = set()
    while len(found) < count:
        some = {rules.code_of(number, secrets.randbelow(10**rules.RANDOM_DIGITS)) for _ in range(count - len(found))}
        found |= some - set(db.session.scalars(_TAKEN, {"codes": sorted(some)}))
    return sorted(found)


def csv_lines(codes: Iterable[Row[str, date | None]]) -> str:
    """Codes as a file: the code and its last day."""
    rows = [f"{code},{last or ''}" for code, last in codes]
    return "\r\n".join(["code,good_until", *rows, ""])
