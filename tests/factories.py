"""Small makers of rows for tests. Each runs in the open unit of work and returns the object."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import select

from backend.catalog import Product
from backend.core import clock
from backend.core.db import Base, db
from backend.core.ids import new_id
from backend.customers import Card, Customer, CustomerFacts
from backend.loyalty import Partner, PartnerRate, entry, post
from backend.loyalty.coupons import Coupon, CouponCode, code_of
from backend.organization import BusinessUnit, Device, Staff, Store
from sms.routing import Certificate, SenderNumber

R = TypeVar("R", bound=Base)
_serial = count(1)


def unit(*, registered: bool = True, **values: Any) -> BusinessUnit:
    """A duty-free business unit, whose texts may go as far as the register of senders goes unless told otherwise."""
    number = next(_serial)
    made = _added(
        BusinessUnit(
            **{
                "code": f"DF{number}",
                "name": "한빛면세점",
                "sender_name": "한빛면세점",
                "contact": "02-000-0000",
                "refusal_number": "080-000-0000",
            }
            | values
        )
    )
    if registered:
        sender_number(made.id)
        if db.session.scalar(select(Certificate.id).limit(1)) is None:
            certificate()
    return made


def sender_number(business_unit_id: str, **values: Any) -> SenderNumber:
    """A number that is registered for the simulator."""
    plain = {"provider": "simulator", "number": "+8215880000", "registered_on": date(2020, 1, 1), "valid_until": None}
    return _added(SenderNumber(business_unit_id=business_unit_id, **plain | values))


def certificate(**values: Any) -> Certificate:
    """A certificate that the simulator's house holds for long."""
    plain = {
        "provider": "simulator",
        "holder": "다온메시징(주)",
        "number": "26-0000",
        "valid_until": date(2999, 12, 31),
    }
    return _added(Certificate(**plain | values))


def store(**values: Any) -> Store:
    """A store in Seoul that sells in won."""
    number = next(_serial)
    unit_id = values.pop("business_unit_id", None) or unit().id
    return _added(
        Store(
            **{
                "code": f"S{number}",
                "name": f"{number}호점",
                "business_unit_id": unit_id,
                "time_zone": "Asia/Seoul",
                "currency": "KRW",
            }
            | values
        )
    )


def staff(**values: Any) -> Staff:
    """An associate who cannot sign in (the password is no hash) unless one is given."""
    number = next(_serial)
    return _added(
        Staff(**{"login": f"staff{number}", "password": "-", "name": f"직원 {number}", "role": "associate"} | values)
    )


def device(token: str, **values: Any) -> Device:
    """A tablet with this bearer token in its store's scope."""
    place = values.pop("store", None) or store()
    person = values.pop("staff", None) or staff(store_id=place.id)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    return _added(
        Device(
            **{"store_id": place.id, "staff_id": person.id, "token_hash": hashed, "scope": f"store:{place.id}"} | values
        )
    )


def customer(**values: Any) -> Customer:
    """A member with facts; `cards` are numbers."""
    number = next(_serial)
    cards = values.pop("cards", [])
    facts = values.pop("facts", {})
    made = Customer(**{"id": new_id(), "name": "김민지", "phone": f"+8210{number:08d}"} | values)
    db.session.add(made)
    db.session.flush()
    defaults: dict[str, Any] = {"last_basket": [], "purchase_gaps": [], "sms_senders": [], "night_senders": []}
    db.session.add(CustomerFacts(customer_id=made.id, **defaults | facts))
    db.session.add_all([Card(number=each, customer_id=made.id) for each in cards])
    db.session.flush()
    return made


def points(customer_id: str, number: int, **values: Any) -> None:
    """An entry of the points ledger of some business unit: a gift unless `kind` is another."""
    unit_id = values.pop("business_unit_id", None) or db.session.scalar(select(BusinessUnit.id).limit(1)) or unit().id
    made = {"kind": "gift", "occurred_at": clock.now(), "business_day": clock.now().date()} | values
    post([entry(customer_id=customer_id, points=number, business_unit_id=unit_id, **made)])


def coupon(**values: Any) -> Coupon:
    """A live coupon of 3,000 won for whoever has a code of it."""
    number = next(_serial)
    made = {"number": f"{number % 10_000:04d}", "name": f"쿠폰 {number}", "kind": "amount", "value": 3_000}
    made |= {"currency": "KRW", "audience": "anyone", "starts_on": date(2026, 1, 1), "state": "live"}
    return _added(Coupon(**made | {"live_at": datetime(2026, 1, 1, tzinfo=UTC)} | values))


def code(coupon: Coupon, customer_id: str | None = None, **values: Any) -> str:
    """A code of a coupon, of a member's or of nobody's."""
    text = code_of(coupon.number, values.pop("random", next(_serial)))
    _added(CouponCode(**{"code": text, "coupon_id": coupon.id, "customer_id": customer_id} | values))
    return text


def partner(**values: Any) -> Partner:
    """A house with whom points are exchanged: an alliance unless `kind` is another."""
    number = next(_serial)
    plain = {"code": f"P{number}", "name": f"제휴사 {number}", "kind": "alliance"}
    unit_id = values.pop("business_unit_id", None) or unit().id
    return _added(Partner(**plain | values, business_unit_id=unit_id))


def airline(**values: Any) -> Partner:
    """The partner SKY, whose two miles are one point of ours, and which gives three for two."""
    limits = {"most_at_once": 10_000, "most_a_month": 20_000, "valid_months": 12}
    sky = partner(code="SKY", name="하늘항공", name_latin="Sky Air", **limits | values)
    for direction, theirs, ours, price in (("in", 2, 1, 1_500), ("out", 3, 2, 1_200)):
        rate = {"direction": direction, "theirs": theirs, "ours": ours, "price": price}
        _added(PartnerRate(**rate, partner_id=sky.id, starts_on=date(2026, 1, 1)))
    return sky


def product(**values: Any) -> Product:
    """An article at 10,000 won."""
    number = next(_serial)
    return _added(
        Product(**{"sku": f"SKU{number}", "name": f"상품 {number}", "price": 10_000, "currency": "KRW"} | values)
    )


def _added(row: R) -> R:
    db.session.add(row)
    db.session.flush()
    return row
