"""Writing rows of a file of members: who is there is changed where she differs, who is not is added.

The one place of the import that reads and writes members, in the open unit of work, in a few statements a chunk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import and_, bindparam, delete, insert, or_, select

from backend.core import clock
from backend.core.bulk import insert_rows, update_rows
from backend.core.db import db, parts, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.customers import Card, Customer, CustomerFacts, StoreDeparture, hold
from backend.sync import mark_changed
from backend.unify.files import further
from backend.unify.files.fields import PLACE
from backend.unify.files.target import Done
from backend.unify.models import ImportChange
from backend.unify.rows import write_rows
from backend.unify.values import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backend.unify.files.plan import Row

COLLECTION = "customers"
_TOGETHER = 50
# Column of the customer: place of its value in a row.
COLUMNS = {
    "name": PLACE["name"],
    "name_latin": PLACE["name_latin"],
    "name_han": PLACE["name_han"],
    "phone": PLACE["phone"],
    "email": PLACE["email"],
    "language": PLACE["language"],
    "birth_date": PLACE["birth_date"],
    "sex": PLACE["sex"],
    "nationality": PLACE["nationality"],
    "district": PLACE["district"],
    "home_store_id": PLACE["store"],
    "memo": PLACE["memo"],
    "source_key": PLACE["source_key"],
}
_PLAIN = tuple(COLUMNS)
_VALUES = itemgetter(*COLUMNS.values())
_NAME, _PHONE, _CARD, _KEY, _UNIT = (PLACE[name] for name in ("name", "phone", "card", "source_key", "unit"))
_customer, _card = table_of(Customer).c, table_of(Card).c
_change = table_of(ImportChange)
_BY_KEY = select(_customer.source_key, _customer.id).where(
    _customer.source == bindparam("source"), one_of(_customer.source_key, "keys")
)
_BY_CARD = select(_card.number, _card.customer_id).where(one_of(_card.number, "cards"))
_BY_PHONE = select(_customer.id, _customer.phone, _customer.name).where(one_of(_customer.phone, "phones"))
_CURRENT = select(_customer.id, *(_customer[name] for name in _PLAIN), _customer.source, _customer.updated_at).where(
    one_of(_customer.id, "ids")
)
_CHANGES = select(_change).where(_change.c.run_id == bindparam("run"), one_of(_change.c.customer_id, "ids"))
_KEEP_CHANGE = insert(_change)


@dataclass
class _Edit:
    """A member who is there: as she was, as she is to be, her new cards and other entries, and the row that says so."""

    line: int
    was: dict[str, Any]
    now: dict[str, Any]
    cards: dict[str, str | None] = field(default_factory=dict)
    further: list[further.Entry] = field(default_factory=list)
    counted: bool = False


class MemberWriter:
    """Brings chunks of rows into the database, for one run (None: nothing is written, all else is the same)."""

    def __init__(self, run_id: str | None, source: str, key: str, headings: dict[str, str]) -> None:
        self._run_id = run_id
        self._source = source
        self._key = key
        self._headings = headings

    def write(self, rows: Sequence[Row]) -> Done:
        """Compare `rows` with the members who are there, and write what is new or differs."""
        done = Done()
        owners = self._owners(rows)
        matches = self._matches(rows, owners, done)
        edits = self._load({customer_id for customer_id in matches if customer_id})
        new: list[tuple[str, Row]] = []
        for row, customer_id in zip(rows, matches, strict=True):
            if customer_id == "":
                continue
            taken = next((card for card in row[2] if owners.get(card, customer_id) != customer_id), None)
            if taken is not None:
                done.refuse(row[0], "card_taken", self._headings["card"])
            elif customer_id is not None:
                self._edit(edits[customer_id], row)
            elif row[3] and self._run_id is None:
                pass  # The row that would add her stands in an earlier chunk.
            elif row[1][_NAME] is None:
                done.refuse(row[0], "nameless", self._headings.get("name", ""))
            else:
                done.created += 1
                new.append((new_id(), row))
        changed = self._count(edits, done)
        if self._run_id is not None:
            self._add(new)
            self._change(changed)
        return done

    def _owners(self, rows: Sequence[Row]) -> dict[str, str]:
        """{card: customer} of the rows' cards that somebody has: a look-up by primary key each."""
        cards = [card for row in rows for card in row[2]]
        return dict(db.session.execute(_BY_CARD, {"cards": cards}).all()) if cards else {}

    def _matches(self, rows: Sequence[Row], owners: dict[str, str], done: Done) -> list[str | None]:
        """For each row the member it speaks of, None for a new one, "" when that cannot be told."""
        if self._key == "card":
            return [owners.get(row[1][_CARD] or "") for row in rows]
        if self._key == "source-key":
            wanted = {"source": self._source, "keys": [row[1][_KEY] for row in rows]}
            found = dict(db.session.execute(_BY_KEY, wanted).all())
            return [found.get(row[1][_KEY]) for row in rows]
        return self._by_phone(rows, done)

    def _by_phone(self, rows: Sequence[Row], done: Done) -> list[str | None]:
        """Seeks in ix_customer_phone."""
        holders: dict[tuple[str | None, ...], list[str]] = {}
        with_name = self._key == "phone+name"
        for customer_id, phone, name in db.session.execute(_BY_PHONE, {"phones": [row[1][_PHONE] for row in rows]}):
            holders.setdefault((phone, name) if with_name else (phone,), []).append(customer_id)
        matches: list[str | None] = []
        for line, values, _, _ in rows:
            found = holders.get((values[_PHONE], values[_NAME]) if with_name else (values[_PHONE],), [])
            if len(found) > 1:
                done.refuse(line, "several", self._headings["phone"], str(len(found)))
            matches.append(found[0] if len(found) == 1 else "" if found else None)
        return matches

    def _load(self, ids: Iterable[str]) -> dict[str, _Edit]:
        wanted = sorted(ids)
        if not wanted:
            return {}
        if self._run_id is not None:
            hold(wanted)
        return {customer_id: _Edit(0, was, dict(was)) for customer_id, was in current(wanted).items()}

    def _edit(self, edit: _Edit, row: Row) -> None:
        line, values, cards, repeats = row
        edit.line = line
        edit.counted = edit.counted or repeats
        for column, place in COLUMNS.items():
            value = values[place]
            # By whose number she is known stays, once there is one.
            if value is not None and column != "source_key":
                edit.now[column] = date.fromisoformat(value) if column == "birth_date" else value
        if values[_KEY] is not None and edit.now["source_key"] is None:
            edit.now |= {"source": self._source, "source_key": values[_KEY]}
        for card in cards:
            edit.cards[card] = values[_UNIT]
        edit.further += further.wanted(values)
        edit.now["phone"] = further.lone_number(edit.now["phone"], edit.further)

    def _count(self, edits: dict[str, _Edit], done: Done) -> dict[str, _Edit]:
        """Those that truly differ. A row whose key an earlier chunk had was counted there."""
        held: dict[str, set[str]] = {}
        cards = [card for edit in edits.values() for card in edit.cards]
        for number, customer_id in db.session.execute(_BY_CARD, {"cards": cards}) if cards else ():
            held.setdefault(customer_id, set()).add(number)
        others = further.held([customer_id for customer_id, edit in edits.items() if edit.further])
        changed = {}
        for customer_id, edit in edits.items():
            if not edit.line:
                continue  # Its only row was refused.
            edit.cards = {card: unit for card, unit in edit.cards.items() if card not in held.get(customer_id, ())}
            fresh = further.without_main(edit.now["phone"], edit.further)
            edit.further = [entry for entry in fresh if entry not in others[customer_id]]
            differs = edit.now != edit.was or bool(edit.cards) or bool(edit.further)
            if differs:
                changed[customer_id] = edit
            if not edit.counted:
                done.changed += differs
                done.unchanged += not differs
        return changed

    def _add(self, new: Sequence[tuple[str, Row]]) -> None:
        if not new:
            return
        now = time_text(clock.now())
        mark_changed(COLLECTION, [customer_id for customer_id, _ in new])
        others: dict[str, list[further.Entry]] = {}
        for id_, (_, values, _, _) in new:
            if entries := further.wanted(values):
                values[_PHONE] = further.lone_number(values[_PHONE], entries)
                others[id_] = further.without_main(values[_PHONE], entries)
        write_rows(
            Customer,
            ("id", *_PLAIN, "source", "created_at", "updated_at"),
            [
                (id_, *_VALUES(values), self._source if values[_KEY] else None, now, now)
                for id_, (_, values, _, _) in new
            ],
        )
        further.add(others.items())
        cards = [(card, id_, row[1][_UNIT], now) for id_, row in new for card in row[2]]
        write_rows(Card, ("number", "customer_id", "business_unit_id", "created_at"), cards)
        facts = ("customer_id", "points", "last_basket", "purchase_gaps", "sms_senders", "night_senders")
        write_rows(CustomerFacts, facts, [(id_, 0, "[]", "[]", "[]", "[]") for id_, _ in new], together=_TOGETHER)
        changes = ("run_id", "customer_id", "line", "before", "cards", "further", "written_at")
        write_rows(
            ImportChange,
            changes,
            [
                (self._run_id, id_, line, None, _json(held), _json(others[id_]) if id_ in others else None, now)
                for id_, (line, _, held, _) in new
            ],
            together=_TOGETHER,
        )

    def _change(self, changed: dict[str, _Edit]) -> None:
        if not changed:
            return
        now = clock.now()
        mark_changed(COLLECTION, list(changed))
        update_members([(customer_id, edit.now | {"updated_at": now}) for customer_id, edit in changed.items()])
        cards = [
            {"number": card, "customer_id": customer_id, "business_unit_id": unit, "created_at": now}
            for customer_id, edit in changed.items()
            for card, unit in edit.cards.items()
        ]
        if cards:
            db.session.execute(insert(table_of(Card)), cards)
        further.add((customer_id, edit.further) for customer_id, edit in changed.items())
        moved = [
            (customer_id, edit.now["home_store_id"])
            for customer_id, edit in changed.items()
            if edit.now["home_store_id"] != edit.was["home_store_id"]
        ]
        come_home(moved)
        self._keep(changed, now)

    def _keep(self, changed: dict[str, _Edit], now: datetime) -> None:
        """Write down what was before; who was written to by this run already keeps what was before all of it."""
        wanted = {"run": self._run_id, "ids": list(changed)}
        known = {row.customer_id: row for row in db.session.execute(_CHANGES, wanted)}
        fresh, more = [], []
        for customer_id, edit in changed.items():
            before: dict[str, Any] | None = {
                name: plain(value) for name, value in edit.was.items() if value != edit.now[name]
            } | {"updated_at": plain(edit.was["updated_at"])}
            cards, others = list(edit.cards), [list(entry) for entry in edit.further]
            row = known.get(customer_id)
            if row is None:
                fresh.append(
                    {"run_id": self._run_id, "customer_id": customer_id, "line": edit.line}
                    | {"before": before, "cards": cards, "further": others or None, "written_at": now}
                )
                continue
            before = None if row.before is None else (before or {}) | row.before
            more.append(
                {"run_id": self._run_id, "customer_id": customer_id}
                | {"before": before, "cards": [*row.cards, *cards], "written_at": now}
                | {"further": [*(row.further or ()), *others] or None}
            )
        insert_rows(_KEEP_CHANGE, fresh)
        update_rows(_change, more, by=("run_id", "customer_id"))


def update_members(members: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Write every imported column of (customer, values), announced before."""
    names = (*_PLAIN, "source", "updated_at")
    rows = [{"id": id_} | {name: values[name] for name in names} for id_, values in members]
    update_rows(table_of(Customer), rows, by=("id",))


def current(ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """{customer: values of the imported columns, `source` and `updated_at`} of those who are there."""
    found = {}
    for row in db.session.execute(_CURRENT, {"ids": list(ids)}).mappings():
        values = dict(row)
        found[values.pop("id")] = values
    return found


def come_home(moved: Sequence[tuple[str, str | None]]) -> None:
    """A store that becomes somebody's home holds her again, also if she had left it (`customers.departures`)."""
    for part in parts([pair for pair in moved if pair[1] is not None]):
        left = [and_(StoreDeparture.customer_id == who, StoreDeparture.store_id == store) for who, store in part]
        db.session.execute(delete(StoreDeparture).where(or_(*left)))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def plain(value: Any) -> Any:  # noqa: ANN401 - a column's value
    """A value as JSON holds it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def valued(column: str, value: Any) -> Any:  # noqa: ANN401 - a column's value
    """What `plain` made of a value of `column`, back."""
    if value is None:
        return None
    if column == "birth_date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if column == "updated_at" else value


__all__ = ["COLLECTION", "MemberWriter", "come_home", "current", "update_members", "valued"]
