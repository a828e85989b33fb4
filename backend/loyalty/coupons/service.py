"""What people do to coupons: drafts are made and changed, go live, are stopped or prolonged. All of it is audited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock
from backend.core.db import TryAgain, db, is_duplicate
from backend.core.errors import Conflict, ValidationFailed
from backend.loyalty.coupons import access
from backend.loyalty.coupons.models import Coupon
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from datetime import date

    from backend.core.audit import Actor

_FIRST, _LAST = 1000, 9999


def add(data: dict[str, Any], *, acting_staff: Actor) -> str:
    """Add a draft as `CouponData` read it, under the next number; its id. Raises `ValidationFailed`, `Conflict`."""
    coupon = Coupon(**_placed(data), number=_next_number(), created_by=acting_staff.staff_id)
    db.session.add(coupon)
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody took the number in the same moment.
        if is_duplicate(error):
            raise TryAgain from None
        raise
    _record(acting_staff, "coupon.add", coupon)
    return coupon.id


def change(coupon_id: str, data: dict[str, Any], *, acting_staff: Actor) -> None:
    """Make a draft what `CouponData` read. Raises `NotFound`, `ValidationFailed`, and `Conflict` once it is live."""
    coupon = access.coupon(coupon_id, locked=True)
    if coupon.state != "draft":
        message = "This coupon is live: it can be stopped or prolonged, and a new one made."
        raise Conflict(message)
    for name, value in _placed(data).items():
        setattr(coupon, name, value)
    _record(acting_staff, "coupon.change", coupon)


def go_live(coupon_id: str, *, acting_staff: Actor) -> None:
    """Have tills take the coupon from now on; a second time changes nothing. Raises `NotFound`, `Conflict`."""
    coupon = access.coupon(coupon_id, locked=True)
    if coupon.state == "stopped":
        message = "This coupon was stopped."
        raise Conflict(message)
    if coupon.state == "draft":
        coupon.state, coupon.live_at = "live", clock.now()
        _record(acting_staff, "coupon.live", coupon)


def stop(coupon_id: str, *, acting_staff: Actor) -> None:
    """Have codes be good for no sale from now on; a second time changes nothing. Raises `NotFound`, `Conflict`."""
    coupon = access.coupon(coupon_id, locked=True)
    if coupon.state == "draft":
        message = "This coupon is a draft: nobody has a code of it."
        raise Conflict(message)
    if coupon.state == "live":
        coupon.state, coupon.stopped_at = "stopped", clock.now()
        _record(acting_staff, "coupon.stop", coupon)


def prolong(coupon_id: str, ends_on: date, *, acting_staff: Actor) -> None:
    """Put the last day of a live coupon off. Raises `NotFound`, `Conflict`, `ValidationFailed` for an earlier day."""
    coupon = access.coupon(coupon_id, locked=True)
    if coupon.state != "live":
        message = "Only a live coupon is prolonged."
        raise Conflict(message)
    if coupon.ends_on is None or ends_on < coupon.ends_on:
        raise ValidationFailed({"ends_on": ["This is no later day than the present one."]})
    before, coupon.ends_on = coupon.ends_on, ends_on
    _record(acting_staff, "coupon.prolong", coupon, before=before.isoformat(), ends_on=ends_on.isoformat())


def _next_number() -> str:
    taken = {int(number) for number in db.session.scalars(select(Coupon.number))}
    free = next((number for number in range(_FIRST, _LAST + 1) if number not in taken), None)
    if free is None:
        message = "There is no number left for another coupon."
        raise Conflict(message)
    return str(free)


def _placed(data: dict[str, Any]) -> dict[str, Any]:
    """The columns, with units and stores by id. Raises `ValidationFailed` for unknown ones."""
    values = dict(data)
    unit, store = values.pop("business_unit", None), values.pop("store", None)
    values["business_unit_id"] = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == unit))
    values["store_id"] = db.session.scalar(select(Store.id).where(Store.code == store))
    errors = {}
    if unit and values["business_unit_id"] is None:
        errors["business_unit"] = ["There is no business unit with this code."]
    if store and values["store_id"] is None:
        errors["store"] = ["There is no store with this code."]
    if errors:
        raise ValidationFailed(errors)
    return values


def _record(acting_staff: Actor, action: str, coupon: Coupon, **detail: Any) -> None:  # noqa: ANN401 - plain JSON
    db.session.flush()
    about = {"number": coupon.number, "name": coupon.name} | detail
    audit.record(acting_staff, action, subject_kind="coupon", subject_id=coupon.id, detail=about)
