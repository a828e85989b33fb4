"""What tablets hold of coupons: what each is good for. Codes stay on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.loyalty.coupons.models import Coupon
from backend.organization import BusinessUnit, Store
from backend.sync import Collection, register_collection, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

_COLUMNS = (
    Coupon.id,
    Coupon.number,
    Coupon.name,
    Coupon.name_latin,
    Coupon.kind,
    Coupon.value,
    Coupon.currency,
    Coupon.cap,
    Coupon.least_spend,
    Coupon.gift_sku,
    Coupon.gift,
    Coupon.audience,
    Coupon.grade,
    Coupon.category,
    Coupon.stacks,
    Coupon.exclusion_group,
    Coupon.state,
)
_DAYS = (Coupon.starts_on, Coupon.ends_on)
FIELDS = (*(column.key for column in (*_COLUMNS, *_DAYS)), "business_unit", "store")


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The coupons with these ids as tablets hold them, ordered by id. One statement by primary key."""
    query = (
        select(*_COLUMNS, *_DAYS, BusinessUnit.code, Store.code)
        .outerjoin(BusinessUnit, BusinessUnit.id == Coupon.business_unit_id)
        .outerjoin(Store, Store.id == Coupon.store_id)
        .where(Coupon.id.in_(ids))
        .order_by(Coupon.id)
    )
    return [
        (*row[:-4], *(day.isoformat() if day else None for day in (row.starts_on, row.ends_on)), *row[-2:])
        for row in session.execute(query).all()
    ]


COUPONS = Collection(name="coupons", fields=FIELDS, load=load, personal=False)


def init_app(app: Flask) -> None:
    """Register the collection `coupons`."""
    register_collection(app, COUPONS)
    track(app, Coupon, COUPONS.name, lambda coupon: coupon.id)
