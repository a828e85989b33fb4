"""The door to sales."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select, text, true
from sqlalchemy.orm import joinedload, selectinload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.organization import Store, at_hidden, hidden_units
from backend.sales.models import Sale, SaleLine, SaleReturn

# As the partial index ix_sale_flagged has it, word for word: that is how it is found.
_FLAGGED = {
    "open": text("sale.flags <> '[]' AND sale.reviewed_at IS NULL"),
    "reviewed": text("sale.flags <> '[]' AND sale.reviewed_at IS NOT NULL"),
}


def sales(
    *,
    customer_id: str | None = None,
    store: str | None = None,
    flagged: str | None = None,
    at_store: str | None = None,
) -> Select[Sale]:
    """Sales, of one customer or one store (by code, or `at_store` by id) when named, flagged ones when asked for."""
    back = selectinload(Sale.returns).selectinload(SaleReturn.lines)
    query = (
        select(Sale)
        .where(_visible())
        .options(joinedload(Sale.store), joinedload(Sale.customer), selectinload(Sale.lines), back)
    )
    if flagged is not None:
        query = query.where(_FLAGGED[flagged])
    if at_store is not None:
        query = query.where(Sale.store_id == at_store)
    if customer_id is not None:
        query = query.where(Sale.customer_id == customer_id)
    if store is not None:
        query = query.where(Sale.store_id.in_(select(Store.id).where(Store.code == store)))
    return query


def _visible() -> ColumnElement[bool]:
    """That it was not sold by a business unit that keeps its own."""
    units = hidden_units()
    return ~at_hidden(Sale.store_id, units) if units else true()


def open_sales(*, at_store: str | None) -> int:
    """How many flagged sales nobody has looked at; counted in ix_sale_flagged."""
    query = select(func.count()).select_from(Sale).where(_FLAGGED["open"])
    return db.session.execute(query if at_store is None else query.where(Sale.store_id == at_store)).scalar_one()


def sale(sale_id: str) -> Sale:
    """A sale with its lines. Raises `NotFound`."""
    found = db.session.execute(
        select(Sale)
        .where(Sale.id == sale_id, _visible())
        .options(
            joinedload(Sale.store),
            joinedload(Sale.customer),
            joinedload(Sale.staff),
            selectinload(Sale.coupons),
            selectinload(Sale.lines).joinedload(SaleLine.product),
            selectinload(Sale.returns).options(
                selectinload(SaleReturn.lines), joinedload(SaleReturn.store), joinedload(SaleReturn.staff)
            ),
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found
