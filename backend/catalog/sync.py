"""What tablets hold of the catalogue: all of it, whatever the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.catalog.models import Product
from backend.organization import BusinessUnit
from backend.sync import Collection, register_collection, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

_COLUMNS = (
    Product.id,
    Product.sku,
    Product.barcode,
    Product.name,
    Product.name_latin,
    Product.brand,
    Product.category,
    Product.price,
    Product.currency,
)


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The articles with these ids as tablets hold them, ordered by id. One statement by primary key."""
    query = (
        select(*_COLUMNS, BusinessUnit.code)
        .outerjoin(BusinessUnit, BusinessUnit.id == Product.business_unit_id)
        .where(Product.id.in_(ids))
        .order_by(Product.id)
    )
    return [tuple(row) for row in session.execute(query)]


PRODUCTS = Collection(
    name="products",
    fields=(*(column.key for column in _COLUMNS), "business_unit"),
    load=load,
    personal=False,
)


def init_app(app: Flask) -> None:
    """Register the collection `products`."""
    register_collection(app, PRODUCTS)
    track(app, Product, PRODUCTS.name, lambda product: product.id)
