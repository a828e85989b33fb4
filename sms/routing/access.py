"""Reading the register, for people and for the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from sms.routing import rules
from sms.routing.models import Certificate, SenderNumber

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

T = TypeVar("T", SenderNumber, Certificate)

EARLIER = 200
"""Entries that have ended, as many as are shown."""


def today() -> date:
    """The day on which the register is looked at: Korea's, where its entries mean something."""
    return clock.business_day(clock.now(), rules.ZONE)


def entry(kind: type[T], entry_id: str) -> T:
    """Return an entry, open or ended. Raises `NotFound`."""
    found = db.session.get(kind, entry_id) if is_id(entry_id) else None
    if found is None:
        raise NotFound
    return found


def open_entries(kind: type[T]) -> list[T]:
    """Return what has not been ended, the oldest first."""
    return list(db.session.scalars(select(kind).where(kind.ended_at.is_(None)).order_by(kind.id)))


def earlier_entries(kind: type[T]) -> list[T]:
    """Return what has been ended, the latest first."""
    query = select(kind).where(kind.ended_at.is_not(None)).order_by(kind.ended_at.desc(), kind.id.desc())
    return list(db.session.scalars(query.limit(EARLIER)))


def numbers_of(units: Collection[str]) -> dict[tuple[str, str], list[SenderNumber]]:
    """Return the open numbers of business units by unit and provider (ix_sms_sender_number_unit)."""
    found: dict[tuple[str, str], list[SenderNumber]] = {}
    query = select(SenderNumber).where(SenderNumber.ended_at.is_(None), SenderNumber.business_unit_id.in_(units))
    for each in db.session.scalars(query):
        found.setdefault((each.business_unit_id, each.provider), []).append(each)
    return found


def certificates_of(providers: Sequence[str]) -> dict[str, list[Certificate]]:
    """Return the open certificates by provider (ix_sms_certificate_provider)."""
    found: dict[str, list[Certificate]] = {}
    query = select(Certificate).where(Certificate.ended_at.is_(None), Certificate.provider.in_(providers))
    for each in db.session.scalars(query):
        found.setdefault(each.provider, []).append(each)
    return found
