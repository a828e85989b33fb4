"""The only door to an article for a person."""

from __future__ import annotations

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from backend.catalog.models import Product
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id


def product(product_id: str) -> Product:
    """The article. Raises `NotFound`."""
    query = select(Product).where(Product.id == product_id).options(joinedload(Product.business_unit))
    found = db.session.scalar(query) if is_id(product_id) else None
    if found is None:
        raise NotFound
    return found


def products(q: str | None) -> Select[Product]:
    """Articles whose name or brand begins with `q`, or whose code or barcode it is; all of them without `q`.

    A search reads the articles through in the order of `ix_product_name`, until a page is full.
    """
    query = select(Product).options(joinedload(Product.business_unit))
    text = (q or "").strip()
    if not text:
        return query
    small = text.lower()
    return query.where(
        or_(
            Product.sku == text,
            Product.barcode == text,
            func.lower(Product.name).startswith(small, autoescape=True),
            func.lower(Product.name_latin).startswith(small, autoescape=True),
            func.lower(Product.brand).startswith(small, autoescape=True),
        )
    )
