"""The only door to coupons and codes for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, raiseload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import get_customer
from backend.loyalty.coupons import rules
from backend.loyalty.coupons.models import Coupon, CouponCode, CouponIssue, CouponUse
from backend.loyalty.coupons.rules import Issued, Terms
from backend.organization import hidden_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_PLACES = (joinedload(Coupon.business_unit), joinedload(Coupon.store))
_OF_MEMBER = 100


def coupons() -> Sequence[Coupon]:
    """Every coupon: live ones, drafts, stopped ones, each group with the newest first."""
    query = select(Coupon).options(*_PLACES)
    return db.session.scalars(
        query.order_by(Coupon.state == "stopped", Coupon.state == "draft", Coupon.number.desc())
    ).all()


def coupon(coupon_id: str, *, locked: bool = False) -> Coupon:
    """The coupon, for the rest of the unit of work when `locked`. Raises `NotFound`."""
    query = select(Coupon).where(Coupon.id == coupon_id)
    query = query.with_for_update() if locked else query.options(*_PLACES)
    found = db.session.scalar(query, execution_options={"populate_existing": True}) if is_id(coupon_id) else None
    if found is None:
        raise NotFound
    return found


def issue(issue_id: str) -> CouponIssue:
    """What was asked to be issued. Raises `NotFound`."""
    query = select(CouponIssue).where(CouponIssue.id == issue_id).options(joinedload(CouponIssue.staff))
    found = db.session.scalar(query, execution_options={"populate_existing": True}) if is_id(issue_id) else None
    if found is None:
        raise NotFound
    return found


def issues(coupon_id: str) -> Select[CouponIssue]:
    """What was asked to be issued of a coupon. Raises `NotFound`."""
    query = select(CouponIssue).where(CouponIssue.coupon_id == coupon(coupon_id).id)
    return query.options(joinedload(CouponIssue.staff))


def codes(coupon_id: str, state: str | None, *, today: date) -> Select[CouponCode]:
    """A coupon's codes in the order of ix_coupon_code_coupon, of one state when named. Raises `NotFound`."""
    found = coupon(coupon_id)
    query = (
        select(CouponCode)
        .where(CouponCode.coupon_id == found.id)
        .options(joinedload(CouponCode.use), joinedload(CouponCode.customer), raiseload(CouponCode.coupon))
    )
    counted = select(CouponUse.id).where(CouponUse.code == CouponCode.code, CouponUse.state == "counted").exists()
    if state == "used":
        return query.where(counted)
    over = CouponCode.good_until < today
    if found.ends_on is not None and found.ends_on < today:
        over = CouponCode.code.is_not(None)
    if state == "expired":
        return query.where(~counted, over)
    if state == "open":
        return query.where(~counted, or_(CouponCode.good_until.is_(None), CouponCode.good_until >= today), ~over)
    return query


def flagged(coupon_id: str) -> Select[CouponUse]:
    """Uses of a coupon that were no valid ones, by ix_coupon_use_flagged. Raises `NotFound`."""
    return select(CouponUse).where(CouponUse.coupon_id == coupon(coupon_id).id, CouponUse.state == "flagged")


def of_member(customer_id: str) -> Sequence[CouponCode]:
    """A member's codes, those of the last issue first; at most a hundred. Raises `NotFound`."""
    query = (
        select(CouponCode)
        .where(CouponCode.customer_id == get_customer(customer_id).id)
        .options(joinedload(CouponCode.use), joinedload(CouponCode.coupon).options(*_PLACES))
        .order_by(CouponCode.issued_at.desc(), CouponCode.code)
        .limit(_OF_MEMBER)
    )
    units = hidden_units()
    if units:
        shown = or_(Coupon.business_unit_id.is_(None), Coupon.business_unit_id.not_in(units))
        query = query.where(CouponCode.coupon.has(shown))
    return db.session.scalars(query).unique().all()


def code(text: str) -> CouponCode:
    """The code with its coupon. Raises `NotFound`, also for a code that cannot be one."""
    options = (joinedload(CouponCode.use), joinedload(CouponCode.coupon).options(*_PLACES))
    found = None
    if rules.is_code(text):
        found = db.session.scalars(select(CouponCode).where(CouponCode.code == text).options(*options)).first()
    if found is None:
        raise NotFound
    return found


def codes_to_print(issue: CouponIssue) -> Select[str, date | None]:
    """Select (code, last day) of what was issued for whoever has them, by code."""
    bearers = (CouponCode.issue_id == issue.id, CouponCode.customer_id.is_(None))
    return select(CouponCode.code, CouponCode.good_until).where(*bearers).order_by(CouponCode.code)


def state_of(found: CouponCode, of: Coupon, *, today: date) -> str:
    """`used`, `stopped`, `expired` or `open`."""
    if found.use is not None:
        return "used"
    if of.state == "stopped":
        return "stopped"
    last = last_day(found, of)
    return "expired" if last is not None and last < today else "open"


def last_day(found: CouponCode, of: Coupon) -> date | None:
    """The last day on which a code is good."""
    return rules.last_day(terms(of), Issued(found.code, of.id, found.customer_id, found.good_until))


def terms(of: Coupon) -> Terms:
    """The coupon as rules see it."""
    return Terms(**{name: getattr(of, name) for name in Terms.__dataclass_fields__})
