"""The only door to partners and to transfers for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import Customer, get_customer, visible
from backend.loyalty.partners.models import Partner, PartnerKey, PartnerRate, PartnerTransfer
from backend.loyalty.partners.rules import Rate

if TYPE_CHECKING:
    from collections.abc import Sequence


def partner(code: str) -> Partner:
    """The partner with this code. Raises `NotFound`."""
    found = db.session.scalars(select(Partner).where(Partner.code == code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def partners() -> Sequence[Partner]:
    """All of them, those that are active first."""
    return db.session.scalars(select(Partner).order_by(Partner.state, Partner.code)).all()


def rate_rows(partner_id: str) -> Sequence[PartnerRate]:
    """Every rate that was ever set, the latest first (ix_partner_rate_partner)."""
    query = select(PartnerRate).where(PartnerRate.partner_id == partner_id)
    return db.session.scalars(query.order_by(PartnerRate.starts_on.desc(), PartnerRate.id.desc())).all()


def rates(partner_id: str) -> list[Rate]:
    """As above, as rules see them."""
    return [Rate(row.id, row.direction, row.starts_on, row.theirs, row.ours) for row in rate_rows(partner_id)]


def keys(partner_id: str) -> Sequence[PartnerKey]:
    """Its keys, those that work first, the newest first."""
    query = select(PartnerKey).where(PartnerKey.partner_id == partner_id)
    return db.session.scalars(query.order_by(PartnerKey.withdrawn_at.is_not(None), PartnerKey.id.desc())).all()


def transfers(partner_id: str) -> Select[PartnerTransfer]:
    """A partner's transfers, without those of members whom whoever asks may not know of."""
    seen = select(Customer.id).where(Customer.id == PartnerTransfer.customer_id, visible()).exists()
    query = select(PartnerTransfer).where(PartnerTransfer.partner_id == partner_id)
    return query.where(or_(PartnerTransfer.customer_id.is_(None), seen)).options(joinedload(PartnerTransfer.partner))


def transfers_of(customer_id: str) -> tuple[str, Sequence[PartnerTransfer]]:
    """Who she is now, and her transfers, the newest first. Raises `NotFound`."""
    now = get_customer(customer_id).id
    query = select(PartnerTransfer).where(PartnerTransfer.customer_id == now)
    found = query.options(joinedload(PartnerTransfer.partner)).order_by(PartnerTransfer.id.desc()).limit(50)
    return now, db.session.scalars(found).all()


def transfer(transfer_id: str) -> PartnerTransfer:
    """The transfer with this id, of a member whom whoever asks may see. Raises `NotFound`."""
    found = db.session.get(PartnerTransfer, transfer_id) if is_id(transfer_id) else None
    if found is None or found.customer_id is None:
        raise NotFound
    get_customer(found.customer_id)
    return found
