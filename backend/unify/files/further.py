"""What a member may have several of beside her cards: further numbers and preferences. Only ever added by a file."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from backend.core.bulk import delete_rows
from backend.core.db import db, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.customers import CustomerPhone, Preference
from backend.unify.files.fields import FURTHER, PLACE
from backend.unify.rows import write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backend.unify.files.plan import Values

Entry = tuple[str, str]
"""(field, value): ("phones", a number in E.164), or a kind of preference and what it says."""
PHONES = "phones"
_phone, _preference = table_of(CustomerPhone), table_of(Preference)
_HELD_PHONES = select(_phone.c.customer_id, _phone.c.phone).where(one_of(_phone.c.customer_id, "ids"))
_HELD_PREFERENCES = select(_preference.c.customer_id, _preference.c.kind, _preference.c.value).where(
    one_of(_preference.c.customer_id, "ids")
)
_MOBILE = "+8210"
_PLACES = tuple((name, PLACE[name]) for name in FURTHER)


def wanted(values: Values) -> list[Entry]:
    """What a row says of these."""
    return [(name, text) for name, place in _PLACES if (said := values[place]) for text in said.split("\n") if text]


def lone_number(phone: str | None, entries: Sequence[Entry]) -> str | None:
    """The main number: the first further one of who has none."""
    return phone or next((value for name, value in entries if name == PHONES), None)


def without_main(phone: str | None, entries: Iterable[Entry]) -> list[Entry]:
    """Each once; the main number stands nowhere else."""
    return [entry for entry in dict.fromkeys(entries) if entry != (PHONES, phone)]


def held(ids: Sequence[str]) -> dict[str, set[Entry]]:
    """{customer: what she has}."""
    found: dict[str, set[Entry]] = defaultdict(set)
    if not ids:
        return found
    for customer_id, phone in db.session.execute(_HELD_PHONES, {"ids": list(ids)}):
        found[customer_id].add((PHONES, phone))
    for customer_id, kind, value in db.session.execute(_HELD_PREFERENCES, {"ids": list(ids)}):
        found[customer_id].add((kind, value))
    return found


def add(given: Iterable[tuple[str, Iterable[Entry]]]) -> None:
    """Write what each customer is given and does not have; announced before."""
    numbers: list[tuple[object, ...]] = []
    preferences: list[tuple[object, ...]] = []
    for customer_id, entries in given:
        for name, value in entries:
            if name == PHONES:
                kind = "mobile" if value.startswith(_MOBILE) else "other"
                numbers.append((new_id(), customer_id, value, kind))
            else:
                preferences.append((new_id(), customer_id, name, value))
    write_rows(CustomerPhone, ("id", "customer_id", "phone", "kind"), numbers)
    write_rows(Preference, ("id", "customer_id", "kind", "value"), preferences)


def take(given: Iterable[tuple[str, Iterable[Entry]]]) -> None:
    """Delete what each customer was given; announced before."""
    entries = [(customer_id, name, value) for customer_id, all_ in given for name, value in all_]
    delete_rows(_phone, [{"customer_id": who, "phone": value} for who, name, value in entries if name == PHONES])
    delete_rows(
        _preference,
        [{"customer_id": who, "kind": name, "value": value} for who, name, value in entries if name != PHONES],
    )


def remove(ids: Sequence[str]) -> None:
    """Delete all that customers have; announced before."""
    for table in (_phone, _preference):
        db.session.execute(delete(table).where(one_of(table.c.customer_id, "ids")), {"ids": list(ids)})


def from_journal(kept: Iterable[Sequence[str]] | None) -> set[Entry]:
    """What a run gave, as its journal keeps it: nothing in those from before it kept any."""
    return {(name, value) for name, value in kept or ()}
