"""Coupons of the demo: some live, one a draft, one stopped; codes of members and of nobody's, used and not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from backend.core.bulk import insert_rows
from backend.core.db import db, table_of
from backend.customers import CustomerFacts
from backend.demo.chance import dice, id_at
from backend.loyalty import coupons
from backend.sales import Sale, SaleCoupon

if TYPE_CHECKING:
    from random import Random

_OF_GRADE, _BEARER, _USED, _FLAGGED = 60, 40, 18, 2
_CODE, _USE, _SALE_COUPON = (insert(table_of(each)) for each in (coupons.CouponCode, coupons.CouponUse, SaleCoupon))
_BLANK: dict[str, Any] = {
    "name_latin": None,
    "value": None,
    "currency": None,
    "cap": None,
    "least_spend": None,
    "gift": None,
    "grade": None,
    "category": None,
    "stacks": False,
    "valid_days": None,
    "per_member": 1,
    "state": "live",
}


def write_coupons(seed: int, today: date) -> None:
    """Write them after the members and their sales, in the open unit of work."""
    chance = dice(seed, "coupons")
    begun = datetime(today.year, today.month, today.day, 1, tzinfo=UTC) - timedelta(days=90)
    for number, given in enumerate(_coupons(today)):
        values = _BLANK | {"starts_on": begun.date(), "ends_on": today + timedelta(days=45)} | given
        values |= {"id": id_at(chance, begun), "number": str(1000 + number), "created_at": begun}
        values |= {"live_at": begun if values["state"] != "draft" else None}
        values |= {"stopped_at": begun + timedelta(days=60) if values["state"] == "stopped" else None}
        coupon = coupons.Coupon(**values)
        db.session.add(coupon)
        db.session.flush()
        if coupon.state != "draft":
            _write_codes(chance, coupon, begun)


def _coupons(today: date) -> list[dict[str, Any]]:
    return [
        {"name": "골드 회원 10% 할인", "name_latin": "Gold members: 10% off", "kind": "percent", "value": 10}
        | {"audience": "grade", "grade": "gold", "stacks": True},
        {"name": "VIP 포인트 두 배", "name_latin": "VIP: twice the points", "kind": "multiplier", "value": 200}
        | {"audience": "person", "grade": "vip", "stacks": True},
        {"name": "가을 감사 5,000원", "name_latin": "Autumn thanks: 5,000 won off", "kind": "amount", "value": 5_000}
        | {"currency": "KRW", "least_spend": 30_000, "audience": "anyone", "per_member": None},
        {
            "name": "첫 방문 쿠키",
            "name_latin": "A cookie for the first visit",
            "kind": "gift",
            "gift": "수제 쿠키 한 봉지",
        }
        | {"audience": "anyone", "ends_on": today - timedelta(days=20)},
        {"name": "여름 향수 15%", "name_latin": "Summer scents: 15% off", "kind": "percent", "value": 15}
        | {"category": "향수", "audience": "anyone", "state": "stopped", "per_member": None},
        {"name": "연말 감사 20,000원", "name_latin": "Year's end: 20,000 won off", "kind": "amount", "value": 20_000}
        | {"currency": "KRW", "least_spend": 150_000, "audience": "anyone", "state": "draft"},
    ]


def _write_codes(chance: Random, coupon: coupons.Coupon, begun: datetime) -> None:
    """An issue with its codes, and sales that some of them were used with."""
    grade, to = coupon.grade, "grade" if coupon.grade else "bearer"
    members: list[str | None] = [None] * _BEARER
    if grade:
        of_grade = select(CustomerFacts.customer_id).where(CustomerFacts.grade == grade)
        members = list(db.session.scalars(of_grade.order_by(CustomerFacts.customer_id).limit(_OF_GRADE)))
    at = begun + timedelta(hours=1)
    issue = coupons.CouponIssue(id=id_at(chance, at), coupon_id=coupon.id, to=to, grade=grade, wanted=len(members))
    issue.issued, issue.state, issue.asked_at, issue.finished_at = len(members), "finished", at, at
    db.session.add(issue)
    db.session.flush()
    blank = {"coupon_id": coupon.id, "owner_id": None, "issue_id": issue.id, "issued_at": at}
    blank |= {"issued_by": None, "good_until": None}
    codes = sorted({coupons.code_of(coupon.number, chance.randrange(10**10)) for _ in members})
    held = dict(zip(codes, members, strict=False))
    insert_rows(_CODE, [{"code": code, "customer_id": member} | blank for code, member in held.items()])
    _write_uses(chance, coupon, held)


def _write_uses(chance: Random, coupon: coupons.Coupon, held: dict[str, str | None]) -> None:
    bought = select(Sale).where(Sale.occurred_at >= coupon.live_at, Sale.discount > 0).order_by(Sale.id.desc())
    owners = {owner: code for code, owner in held.items() if owner is not None}
    if owners:
        bought = bought.where(Sale.customer_id.in_(owners))
    if coupon.currency:
        bought = bought.where(Sale.currency == coupon.currency)
    uses: dict[str, dict[str, Any]] = {}
    codes = iter(sorted(held))
    for sale in db.session.scalars(bought.limit(_USED * 3)):
        code = owners.get(sale.customer_id or "") or next(codes, None)
        if code is not None and code not in uses and len(uses) < _USED:
            uses[code] = _use(chance, coupon, code, sale)
    flagged = []
    if coupon.kind == "amount":
        seen = [use["sale_id"] for use in uses.values()]
        again = select(Sale).where(
            Sale.id.not_in(seen), Sale.currency == coupon.currency, Sale.customer_id.is_not(None)
        )
        for sale, code in zip(db.session.scalars(again.order_by(Sale.id.desc()).limit(_FLAGGED)), uses, strict=False):
            flagged.append(_use(chance, coupon, code, sale) | {"state": "flagged", "worth": 0})
            flagged[-1]["flags"] = sale.flags = ["coupon_already_used"]
    db.session.flush()
    rows = [*uses.values(), *flagged]
    insert_rows(_USE, rows)
    insert_rows(_SALE_COUPON, [{"sale_id": row["sale_id"], "code": row["code"]} for row in rows])


def _use(chance: Random, coupon: coupons.Coupon, code: str, sale: Sale) -> dict[str, Any]:
    worth = {"amount": coupon.value or 0, "percent": sale.discount}.get(coupon.kind, 0)
    return {
        "id": id_at(chance, sale.occurred_at),
        "sale_id": sale.id,
        "code": code,
        "coupon_id": coupon.id,
        "customer_id": sale.customer_id,
        "owner_id": None,
        "state": "counted",
        "flags": [],
        "worth": min(worth, sale.discount),
        "currency": sale.currency,
        "multiplier": coupon.value if coupon.kind == "multiplier" else None,
        "used_at": sale.occurred_at,
    }
