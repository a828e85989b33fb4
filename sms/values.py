"""What the database knows for a template's fields: only what a text asks for is looked up, and nothing sensitive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from backend.catalog import Product
from backend.core import clock
from backend.core.db import db
from backend.loyalty import Grade, next_expiring
from backend.organization import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from backend.customers import Customer
    from backend.organization import BusinessUnit, Store

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class From:
    """For whom a text is sent: the legal sender and the store whose clock counts. Either may be unknown."""

    unit: BusinessUnit | None
    store: Store | None


def known_values(
    customer: Customer, sender: From, staff_id: str | None, *, language: str, wanted: Collection[str]
) -> dict[str, str | None]:
    """Return what the database knows for the fields in `wanted`, in the names of `language`; None where it is empty."""
    found = _Known(customer, sender, staff_id, korean=language == "ko", language=language)
    return {name: look_up(found) for name, look_up in _LOOK_UPS.items() if name in wanted}


@dataclass(frozen=True)
class _Known:
    customer: Customer
    sender: From
    staff_id: str | None
    korean: bool
    language: str

    def named(self, own: str | None, latin: str | None) -> str | None:
        return own if self.korean else latin or own

    def grade(self) -> str | None:
        code = self.customer.facts.grade
        grade = db.session.scalar(select(Grade).where(Grade.code == code)) if code else None
        return self.named(grade.name, grade.name_latin) if grade else code

    def points_expiring(self) -> tuple[date, int] | None:
        today = clock.now().date()
        coming = ((day, points) for day, points in next_expiring(self.customer.id) if day is not None and day >= today)
        return next(coming, None)

    def last_product(self) -> str | None:
        basket = self.customer.facts.last_basket
        product = db.session.scalar(select(Product).where(Product.sku == basket[0][0])) if basket else None
        return self.named(product.name, product.name_latin) if product else None

    def staff(self) -> str | None:
        member = db.session.get(Staff, self.staff_id) if self.staff_id else None
        return member.name if member else None

    def store(self) -> str | None:
        store = self.sender.store
        return self.named(store.name, store.name_latin) if store else None

    def unit(self) -> str | None:
        unit = self.sender.unit
        return self.named(unit.sender_name or unit.name, unit.name_latin) if unit else None


_LOOK_UPS: Final[dict[str, Callable[[_Known], str | None]]] = {
    "customer.name": lambda known: known.named(known.customer.name, known.customer.name_latin),
    "customer.grade": _Known.grade,
    "customer.points": lambda known: f"{known.customer.facts.points:,}",
    "customer.points_expiring": lambda known: f"{soon[1]:,}" if (soon := known.points_expiring()) else None,
    "customer.points_expire_on": lambda known: (
        day_in_words(soon[0], known.language) if (soon := known.points_expiring()) else None
    ),
    "customer.staff": lambda known: member.name if (member := known.customer.preferred_staff) else None,
    "customer.last_product": _Known.last_product,
    "store.name": _Known.store,
    "store.phone": lambda known: known.sender.store.phone if known.sender.store else None,
    "sender.name": _Known.unit,
    "sender.contact": lambda known: known.sender.unit.contact if known.sender.unit else None,
    "staff.name": _Known.staff,
}


def day_in_words(day: date, language: str) -> str:
    """Write a day without its year, as texts in `language` do."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{day.month}월 {day.day}일" if language == "ko" else f"{day.month}月{day.day}日"
