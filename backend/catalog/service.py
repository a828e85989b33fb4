"""What other features ask of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.catalog.models import ExchangeRate, Product
from backend.core.db import db

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

_AT_ONCE = 500


def products_by_sku(skus: Collection[str]) -> dict[str, Product]:
    """The articles among `skus`, by their code; codes that no article has are absent."""
    wanted = sorted(set(skus))
    found: dict[str, Product] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(Product).where(Product.sku.in_(wanted[start : start + _AT_ONCE]))
        found.update({product.sku: product for product in db.session.scalars(query)})
    return found


def exchange_rate(currency: str, base: str, on: date) -> str | None:
    """What one unit of `currency` was worth in `base`, as decimal text: the newest rate up to `on`, or None."""
    return db.session.scalar(
        select(ExchangeRate.rate)
        .where(ExchangeRate.currency == currency, ExchangeRate.base == base, ExchangeRate.on <= on)
        .order_by(ExchangeRate.on.desc())
        .limit(1)
    )
