"""Taking sales. A sale has happened at the till: it is taken, and what is odd about it is flagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.catalog import ExchangeRate, Product
from backend.core import audit, clock
from backend.core.db import db
from backend.core.ids import is_id
from backend.customers import Customer
from backend.loyalty import redeem
from backend.organization import Store
from backend.sales import rules
from backend.sales.facts import refresh_purchase_facts
from backend.sales.models import Sale, SaleCoupon, SaleLine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from backend.core.audit import Actor


@dataclass(frozen=True)
class At:
    """Where and when a sale reached the server."""

    store_id: str
    device_id: str | None
    received_at: datetime


@dataclass(frozen=True)
class _Products:
    by_sku: dict[str, Product]

    def line(self, data: Mapping[str, Any]) -> rules.Line:
        product = self.by_sku.get(data["sku"])
        return rules.Line(
            sku=data["sku"],
            quantity=data["quantity"],
            amount=data["amount"],
            unit_price=data.get("unit_price"),
            discount=data["discount"],
            known=product is not None,
            price=product.price if product else None,
            currency=product.currency if product else None,
        )


def log_sale(data: Mapping[str, Any], *, sale_id: str, at: At, acting_staff: Actor) -> Sale:
    """Take what `SaleData` read. The flags stand on the sale; the customer's facts and points move with it."""
    store, known_store = _store(data.get("store"), at.store_id)
    customer = _customer(data["customer_id"])
    products = _products([line["sku"] for line in data["lines"]])
    lines = [products.line(line) for line in data["lines"]]
    currency, day = data["currency"], clock.business_day(data["occurred_at"], store.time_zone)
    flags = rules.flags(lines, currency=currency, occurred_at=data["occurred_at"], received_at=at.received_at)
    if not known_store:
        flags.add("unknown_store")
    if data["customer_id"] is not None and customer is None:
        flags.add("unknown_customer")
    rate = None
    if currency != store.currency:
        rate = _rate(currency, store.currency, day)
        flags |= set() if rate else {"unknown_rate"}
    trip = data.get("trip") or {}
    sale = Sale(
        id=sale_id,
        customer_id=customer.id if customer else None,
        claimed_customer_id=data["customer_id"] if customer is None else None,
        store_id=store.id,
        staff_id=acting_staff.staff_id,
        device_id=at.device_id,
        currency=currency,
        total=sum(line.amount for line in lines),
        discount=sum(line.discount for line in lines),
        rate=rate,
        points_redeemed=data["points_redeemed"],
        occurred_at=data["occurred_at"],
        received_at=at.received_at,
        business_day=day,
        flight=trip.get("flight"),
        departs_at=trip.get("departs_at"),
        note=data.get("note"),
        flags=[],
    )
    db.session.add(sale)
    db.session.flush()
    db.session.add_all(_lines(sale_id, lines, products))
    flags |= _coupons(sale_id, data["coupons"]) | _points(sale, customer)
    sale.flags = sorted(flags)
    db.session.flush()
    if customer is not None:
        refresh_purchase_facts([customer.id])
    audit.record(acting_staff, "sale.log", subject_kind="sale", subject_id=sale_id)
    return sale


def _lines(sale_id: str, lines: list[rules.Line], products: _Products) -> list[SaleLine]:
    return [
        SaleLine(
            sale_id=sale_id,
            position=position,
            product_id=products.by_sku[line.sku].id if line.known else None,
            sku=line.sku,
            quantity=line.quantity,
            amount=line.amount,
            unit_price=line.unit_price,
            discount=line.discount,
        )
        for position, line in enumerate(lines)
    ]


def _points(sale: Sale, customer: Customer | None) -> set[str]:
    if not sale.points_redeemed:
        return set()
    if customer is None:
        return {"points_without_customer"}
    return set() if redeem(customer.id, sale.points_redeemed, sale_id=sale.id) else {"points_overdrawn"}


def _coupons(sale_id: str, codes: list[str]) -> set[str]:
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return set()
    used = db.session.execute(select(SaleCoupon.code).where(SaleCoupon.code.in_(wanted)).limit(1)).first()
    db.session.add_all([SaleCoupon(sale_id=sale_id, code=code) for code in wanted])
    return {"coupon_already_used"} if used else set()


def _store(code: str | None, otherwise: str) -> tuple[Store, bool]:
    """The store with `code`, or the tablet's own; and whether the code was known."""
    if code is not None:
        found = db.session.execute(select(Store).where(Store.code == code)).scalar_one_or_none()
        if found is not None:
            return found, True
    return db.session.get_one(Store, otherwise), code is None


def _customer(customer_id: str | None) -> Customer | None:
    return db.session.get(Customer, customer_id) if is_id(customer_id) else None


def _products(skus: list[str]) -> _Products:
    rows = db.session.execute(select(Product).where(Product.sku.in_(set(skus)))).scalars()
    return _Products({product.sku: product for product in rows})


def _rate(currency: str, base: str, day: date) -> str | None:
    """The newest rate known on `day`."""
    query = select(ExchangeRate.rate).where(
        ExchangeRate.currency == currency, ExchangeRate.base == base, ExchangeRate.on <= day
    )
    return db.session.execute(query.order_by(ExchangeRate.on.desc()).limit(1)).scalar_one_or_none()
