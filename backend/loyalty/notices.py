"""Whose points expire soon, each member and day once, so that the work is in proportion to what expires."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from sqlalchemy import and_, or_, select

from backend.core import clock
from backend.core.db import db
from backend.loyalty.models import PointsLot
from backend.loyalty.programme.models import THE_ONE, ExpiryNoticePlace
from backend.loyalty.programme.service import programme

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

_ONE_DAY = timedelta(days=1)
# Of lots that expire at all.
_EXPIRES_ON = cast("InstrumentedAttribute[date]", PointsLot.expires_on)


class Expiring(NamedTuple):
    """Points of a member whose last day is `on`, and the largest lot of them: whose it is, and which unit gave it."""

    customer_id: str
    owner_id: str | None
    on: date
    points: int
    business_unit_id: str
    lot_id: str


def soon_expiring(limit: int) -> list[Expiring] | None:
    """The next members to tell of what expires soon, some of at most `limit` looked at; None when that were all.

    Within a unit of work, with which the place moves on up to which everybody has been looked at
    (ix_points_lot_expires).
    """
    settings = programme()
    if settings.notice_days is None:
        return None
    yesterday = clock.now().date() - _ONE_DAY
    last = yesterday + timedelta(days=settings.notice_days + 1)
    place = _place(yesterday)
    behind = (PointsLot.open > 0, PointsLot.expires_on <= last, _behind(place.through, place.member))
    query = select(_EXPIRES_ON, PointsLot.customer_id).where(*behind).distinct()
    found = db.session.execute(query.order_by(_EXPIRES_ON, PointsLot.customer_id).limit(limit)).all()
    if not found:
        place.through, place.member = max(place.through, last), None
        return None
    place.through, place.member = found[-1][0] - _ONE_DAY, found[-1][1]
    looked_at = _summed({customer_id for _, customer_id in found}, {day for day, _ in found})
    soon = [looked_at[customer_id, day] for day, customer_id in found]
    return [each for each in soon if each.points >= settings.notice_least]


def expiring_on(customer_ids: Collection[str], days: Collection[date]) -> dict[tuple[str, date], int]:
    """{(customer, day): open points whose last day it is}; who has none is not in it."""
    return {key: each.points for key, each in _summed(customer_ids, days).items()}


def _behind(through: date, member: str | None) -> ColumnElement[bool]:
    """What the place has not reached: days after `through`, of the first of them members behind `member`."""
    if member is None:
        return PointsLot.expires_on > through
    first = through + _ONE_DAY
    return or_(PointsLot.expires_on > first, and_(PointsLot.expires_on == first, PointsLot.customer_id > member))


def _place(least: date) -> ExpiryNoticePlace:
    """The place, no earlier than `least`, kept from every other worker until the commit."""
    place = db.session.get(ExpiryNoticePlace, THE_ONE, with_for_update=True, populate_existing=True)
    if place is None:
        place = ExpiryNoticePlace(through=least)
        db.session.add(place)
    elif place.through < least:
        place.through, place.member = least, None
    return place


def _summed(customer_ids: Collection[str], days: Collection[date]) -> dict[tuple[str, date], Expiring]:
    """By customer and day; the largest lot stands for the others."""
    query = select(
        PointsLot.customer_id,
        PointsLot.owner_id,
        _EXPIRES_ON,
        PointsLot.open,
        PointsLot.business_unit_id,
        PointsLot.id,
    ).where(PointsLot.customer_id.in_(sorted(customer_ids)), PointsLot.expires_on.in_(sorted(days)), PointsLot.open > 0)
    found: dict[tuple[str, date], Expiring] = {}
    for row in db.session.execute(query.order_by(PointsLot.open.desc(), PointsLot.id)):
        each = Expiring(*row)
        key = (each.customer_id, each.on)
        found[key] = found[key]._replace(points=found[key].points + each.points) if key in found else each
    return found
