"""Making one customer of two, and two of one again.

Whoever is merged leaves the table `customer`: nobody finds her, tablets drop her, and her id leads to the survivor
(`survivors`). Her own row is kept in `merged_customer`; the rows of her history (`Owned`) get the survivor's id and
remember whose they were. Parting goes the other way. What is derived from the history is worked out anew by those who
derive it: they hear `CustomersMerged` and `CustomersParted`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, select, update

from backend.core import events
from backend.core.db import db, table_of
from backend.customers.contacts import drop_doubled_number, keep_number
from backend.customers.models import (
    Customer,
    CustomerFacts,
    CustomerPhone,
    MergedCustomer,
    Owned,
    Preference,
    StoreActivity,
    StoreDeparture,
)
from backend.customers.service import COLLECTION, hold, set_facts
from backend.customers.survivors import merged_into, survivors
from backend.sync import mark_changed

_BULK = {"synchronize_session": False}
_DAYS = ("birth_date",)
_TIMES = ("created_at", "updated_at", "suspended_at")


@dataclass(frozen=True)
class CustomersMerged:
    """The history of `merged_id` is `survivor_id`'s from here on: work out anew what is derived from it.

    Her own row is still there, and goes next: whoever refers to it lets go of it now.
    """

    survivor_id: str
    merged_id: str


@dataclass(frozen=True)
class CustomersParted:
    """Both are customers of their own again, as if they had never been merged at `since`; work out anew as above.

    Whoever keeps rows that were recorded since for the survivor, and that may have been meant for the other one, adds
    their (kind, id) to `unclear`.
    """

    survivor_id: str
    parted_id: str
    since: datetime
    unclear: list[tuple[str, str]] = field(default_factory=list)


def merge_into(survivor: Customer, other: Customer) -> None:
    """Make `other` a part of `survivor`, within a unit of work. What both have is the survivor's; see `unify`.

    A table with rows of hers that is no `Owned` stops it: nothing is left behind silently.
    """
    hold([survivor.id, other.id])
    survivor_id, other_id = survivor.id, other.id
    kept = _kept(other) | {
        "preferences": _drop_doubled(survivor_id, other_id),
        "phones": _drop_doubled_numbers(survivor, other_id),
    }
    number = other.phone
    db.session.add(MergedCustomer(id=other_id, into_id=survivor_id, kept=kept))
    _suspend_with(survivor, other)
    mark_changed(COLLECTION, [survivor_id])
    db.session.flush()
    for model in Owned.__subclasses__():
        moved = update(model).where(model.customer_id == other_id)
        values = {"owner_id": func.coalesce(model.owner_id, model.customer_id), "customer_id": survivor_id}
        db.session.execute(moved.values(values), execution_options=_BULK)
    db.session.expire_all()
    # She is found by the number that the other one gave, too.
    keep_number(survivor_id, number, owner_id=other_id)
    events.publish(CustomersMerged(survivor_id, other_id))
    db.session.flush()
    mark_changed(COLLECTION, [other_id], deleted=True)
    for own in (CustomerFacts, StoreActivity, StoreDeparture):
        db.session.execute(delete(own).where(own.customer_id == other_id), execution_options=_BULK)
    db.session.execute(delete(Customer).where(Customer.id == other_id), execution_options=_BULK)
    db.session.expire_all()


def part(merged_id: str) -> CustomersParted:
    """Make whoever was merged a customer of her own again, with what was recorded by her id since.

    Whoever had been merged into her before stays with her. Raises `KeyError` for somebody who is not merged.
    """
    survivor_id = survivors([merged_id])[merged_id]
    hold([survivor_id])
    entry = db.session.get_one(MergedCustomer, merged_id)
    hers = [merged_id, *merged_into(merged_id)]
    _bring_back(entry)
    _suspend_with(db.session.get_one(Customer, merged_id), db.session.get_one(Customer, survivor_id))
    mark_changed(COLLECTION, [survivor_id, merged_id])
    for model in Owned.__subclasses__():
        moved = update(model).where(model.customer_id == survivor_id, model.owner_id.in_(hers))
        values = {"owner_id": case((model.owner_id == merged_id, None), else_=model.owner_id), "customer_id": merged_id}
        db.session.execute(moved.values(values), execution_options=_BULK)
    for customer_id in (survivor_id, merged_id):
        drop_doubled_number(customer_id)
    since = entry.merged_at
    db.session.delete(entry)
    db.session.flush()
    db.session.expire_all()
    parted = CustomersParted(survivor_id, merged_id, since)
    events.publish(parted)
    return parted


def forget_merged(customer_id: str) -> list[MergedCustomer]:
    """Delete what is kept of those who were merged into her; who they were."""
    ids = merged_into(customer_id)
    found = list(db.session.scalars(select(MergedCustomer).where(MergedCustomer.id.in_(ids)))) if ids else []
    for entry in found:
        db.session.expunge(entry)
    db.session.execute(delete(MergedCustomer).where(MergedCustomer.id.in_(ids)), execution_options=_BULK)
    return found


def _kept(other: Customer) -> dict[str, Any]:
    """Her own rows as JSON."""
    row = {column.key: getattr(other, column.key) for column in table_of(Customer).columns}
    row |= {name: value.isoformat() for name in (*_DAYS, *_TIMES) if (value := row[name]) is not None}
    departures = db.session.execute(
        select(StoreDeparture.store_id, StoreDeparture.last_on).where(StoreDeparture.customer_id == other.id)
    )
    return {
        "customer": row,
        "departures": [[store_id, last_on.isoformat()] for store_id, last_on in departures],
        "grade": other.facts.grade,
    }


def _suspend_with(one: Customer, other: Customer) -> None:
    """Like a refusal, a suspension of either one is both's, and stays so: only an admin lifts it."""
    if one.suspended_at is None and other.suspended_at is not None:
        one.suspended_at, one.suspended_reason = other.suspended_at, other.suspended_reason


def _drop_doubled(survivor_id: str, other_id: str) -> list[dict[str, Any]]:
    """Delete those of her preferences that the survivor has as well, and say which: a customer has each once."""
    own = select(Preference.kind, Preference.value).where(Preference.customer_id == survivor_id)
    known = {(row.kind, row.value) for row in db.session.execute(own)}
    hers = list(db.session.scalars(select(Preference).where(Preference.customer_id == other_id)))
    doubled = [each for each in hers if (each.kind, each.value) in known]
    for each in doubled:
        db.session.delete(each)
    return [{name: getattr(each, name) for name in ("id", "kind", "value", "owner_id")} for each in doubled]


def _drop_doubled_numbers(survivor: Customer, other_id: str) -> list[dict[str, Any]]:
    """As above for further numbers, of which the survivor's main one is none either."""
    own = select(CustomerPhone.phone).where(CustomerPhone.customer_id == survivor.id)
    known = {*db.session.scalars(own), survivor.phone}
    hers = db.session.scalars(select(CustomerPhone).where(CustomerPhone.customer_id == other_id))
    doubled = [each for each in hers if each.phone in known]
    for each in doubled:
        db.session.delete(each)
    return [{name: getattr(each, name) for name in ("id", "phone", "kind", "note", "owner_id")} for each in doubled]


def _bring_back(entry: MergedCustomer) -> None:
    row = dict(entry.kept["customer"])
    row |= {name: date.fromisoformat(row[name]) for name in _DAYS if row[name] is not None}
    row |= {name: datetime.fromisoformat(row[name]) for name in _TIMES if row[name] is not None}
    db.session.add(Customer(**row))
    db.session.flush()
    set_facts(entry.id, grade=entry.kept["grade"])
    db.session.add_all(Preference(customer_id=entry.id, **each) for each in entry.kept["preferences"])
    # Whoever was merged before further numbers were kept has none here.
    db.session.add_all(CustomerPhone(customer_id=entry.id, **each) for each in entry.kept.get("phones", ()))
    db.session.add_all(
        StoreDeparture(customer_id=entry.id, store_id=store_id, last_on=date.fromisoformat(last_on))
        for store_id, last_on in entry.kept["departures"]
    )
    db.session.flush()
