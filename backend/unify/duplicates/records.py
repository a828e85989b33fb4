"""Members read for comparison: three statements for any number of them, past the ORM."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.core.types import Id
from backend.customers import Card, Customer, CustomerPhone
from backend.unify.duplicates.record import Record, make_record

if TYPE_CHECKING:
    from collections.abc import Collection

_CUSTOMER, _CARD, _PHONE = table_of(Customer).c, table_of(Card).c, table_of(CustomerPhone).c
_VALUES = select(
    _CUSTOMER.id,
    _CUSTOMER.name,
    _CUSTOMER.name_latin,
    _CUSTOMER.name_han,
    _CUSTOMER.phone,
    _CUSTOMER.email,
    _CUSTOMER.birth_date,
    _CUSTOMER.sex,
    _CUSTOMER.nationality,
).where(one_of(_CUSTOMER.id, "ids"))
_NUMBERS = select(_CARD.customer_id, _CARD.number).where(one_of(_CARD.customer_id, "ids"))
_FURTHER = select(_PHONE.customer_id, _PHONE.phone).where(one_of(_PHONE.customer_id, "ids"))
# By the primary key, from where the last part ended.
_NEXT = select(_CUSTOMER.id).order_by(_CUSTOMER.id).limit(bindparam("size"))
_NEXT_AFTER = _NEXT.where(_CUSTOMER.id > bindparam("after", type_=Id))


def load(ids: Collection[str]) -> dict[str, Record]:
    """{id: record} of those of `ids` who exist."""
    if not ids:
        return {}
    wanted = list(ids)
    numbers: dict[str, list[str]] = defaultdict(list)
    for customer_id, number in db.session.execute(_NUMBERS, {"ids": wanted}).all():
        numbers[customer_id].append(number)
    further: dict[str, list[str]] = defaultdict(list)
    for customer_id, phone in db.session.execute(_FURTHER, {"ids": wanted}).all():
        further[customer_id].append(phone)
    return {
        row.id: make_record(
            row.id,
            name=row.name,
            name_latin=row.name_latin,
            name_han=row.name_han,
            phone=row.phone,
            further_phones=tuple(further.get(row.id, ())),
            email=row.email,
            cards=tuple(numbers.get(row.id, ())),
            birth_date=row.birth_date,
            sex=row.sex,
            nationality=row.nationality,
        )
        for row in db.session.execute(_VALUES, {"ids": wanted}).all()
    }


def next_ids(after: str | None, size: int) -> list[str]:
    """The ids of the next `size` members after one, in order."""
    if after is None:
        return list(db.session.execute(_NEXT, {"size": size}).scalars())
    return list(db.session.execute(_NEXT_AFTER, {"after": after, "size": size}).scalars())
