"""The demo's register: what it needs to send, one number that soon ends, and a certificate of last year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.organization import business_units
from sms.routing import access
from sms.routing.models import Certificate, SenderNumber

if TYPE_CHECKING:
    from backend.organization import BusinessUnit

HOLDER: Final = "다온메시징(주)"
_PROVIDER: Final = "simulator"
_REGISTERED: Final = date(2025, 3, 4)
_SOON: Final = timedelta(days=20)
_LONG: Final = timedelta(days=400)
_PLAIN_NUMBER: Final = "+8215880000"


def seed() -> int:
    """Enter what is missing for each business unit; how many numbers were entered. Inside a unit of work."""
    known = set(db.session.scalars(select(SenderNumber.business_unit_id)))
    units = [each for each in business_units() if each.id not in known]
    for place, unit in enumerate(units):
        # The last unit's number is registered for three more weeks: the desk warns of it.
        ends = access.today() + _SOON if place and place == len(units) - 1 else None
        db.session.add(_number(unit, place, ends))
    if db.session.scalar(select(Certificate.id).limit(1)) is None:
        _certificates()
    return len(units)


def _number(unit: BusinessUnit, place: int, ends: date | None) -> SenderNumber:
    number = f"{_PLAIN_NUMBER[:-1]}{place}"
    return SenderNumber(
        business_unit_id=unit.id,
        provider=_PROVIDER,
        number=number,
        registered_on=_REGISTERED,
        valid_until=ends,
        note="통신서비스 이용증명원 제출" if place == 0 else None,
    )


def _certificates() -> None:
    year = timedelta(days=365)
    ended = clock.now() - timedelta(days=30)
    earlier = Certificate(
        provider=_PROVIDER,
        holder=HOLDER,
        number="시연-25-0007",
        valid_until=access.today() - timedelta(days=30),
        created_at=ended - year,
        ended_at=ended,
    )
    db.session.add(earlier)
    db.session.flush()
    until = access.today() + _LONG
    db.session.add(Certificate(provider=_PROVIDER, holder=HOLDER, number="시연-26-0007", valid_until=until))
    db.session.flush()
