"""The door to sales."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.organization import Store
from backend.sales.models import Sale, SaleLine


def sales(*, customer_id: str | None = None, store: str | None = None) -> Select[Sale]:
    """Sales, of one customer or one store (by code) when named."""
    query = select(Sale).options(joinedload(Sale.store), joinedload(Sale.customer))
    if customer_id is not None:
        query = query.where(Sale.customer_id == customer_id)
    if store is not None:
        query = query.where(Sale.store_id.in_(select(Store.id).where(Store.code == store)))
    return query


def sale(sale_id: str) -> Sale:
    """A sale with its lines. Raises `NotFound`."""
    found = db.session.execute(
        select(Sale)
        .where(Sale.id == sale_id)
        .options(
            joinedload(Sale.store),
            joinedload(Sale.customer),
            joinedload(Sale.staff),
            selectinload(Sale.coupons),
            selectinload(Sale.lines).joinedload(SaleLine.product),
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found
