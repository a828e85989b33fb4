"""The only door to a member's points for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import CustomerFacts, get_customer
from backend.loyalty.models import EarningRule, PointsEntry, PointsLot
from backend.loyalty.partners.models import PartnerTransfer
from backend.organization import hidden_units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Row

_SOON = 3


def entries(customer_id: str) -> Select[PointsEntry]:
    """A member's entries with unit and partner, without what happened at units that keep their own from whoever asks.

    Read the latest first, along ix_points_entry_customer. Raises `NotFound`.
    """
    query = select(PointsEntry).where(PointsEntry.customer_id == get_customer(customer_id).id)
    with_partner = joinedload(PointsEntry.transfer).joinedload(PartnerTransfer.partner)
    query = query.options(joinedload(PointsEntry.business_unit), with_partner)
    units = hidden_units()
    return query.where(PointsEntry.business_unit_id.not_in(units)) if units else query


def extras(entries: Sequence[PointsEntry]) -> Sequence[EarningRule]:
    """The rules that gave something beyond the usual to what was earned by these entries."""
    ids = sorted({rule_id for each in entries for rule_id in each.by_rule})
    if not ids:
        return []
    query = select(EarningRule).where(EarningRule.id.in_(ids), EarningRule.kind == "bonus")
    return db.session.scalars(query.order_by(EarningRule.id)).all()


def expiring(customer_id: str) -> Sequence[Row[date | None, int]]:
    """The next few days on which open points expire, and how many then; reads no further along ix_points_lot_open."""
    query = (
        select(PointsLot.expires_on, func.sum(PointsLot.open))
        .where(PointsLot.customer_id == customer_id, PointsLot.open > 0, PointsLot.expires_on.is_not(None))
        .group_by(PointsLot.expires_on)
        .order_by(PointsLot.expires_on)
        .limit(_SOON)
    )
    return db.session.execute(query).all()


def shown_balance(customer_id: str) -> int:
    """The balance as her card shows it, which the ledger keeps there: a look-up, however many lots there are."""
    query = select(CustomerFacts.points).where(CustomerFacts.customer_id == customer_id)
    return db.session.scalar(query) or 0


def rule(rule_id: str) -> EarningRule:
    """The rule with this id. Raises `NotFound`."""
    found = db.session.get(EarningRule, rule_id) if is_id(rule_id) else None
    if found is None:
        raise NotFound
    return found
