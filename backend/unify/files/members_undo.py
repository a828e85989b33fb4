"""Taking members of a run back: the added go, the changed are as before, unless somebody has touched them since."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import delete, select

from backend.core.db import Base, db, table_of
from backend.core.one_of import one_of
from backend.customers import (
    Card,
    Customer,
    CustomerFacts,
    CustomerPhone,
    Preference,
    StoreActivity,
    StoreDeparture,
    hold,
    survivors,
)
from backend.sync import mark_changed
from backend.unify import duplicates
from backend.unify.files import further, sentences
from backend.unify.files.members import COLLECTION, come_home, current, update_members, valued
from backend.unify.files.target import CannotUndo, Undoer
from backend.unify.models import ImportChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Column, RowMapping

# What goes with a member without a word: derived from others' rows, or looked at by itself (the first three).
_OWN = (Card, CustomerPhone, Preference, CustomerFacts, StoreActivity, StoreDeparture)
_HER_OWN = {model.__tablename__ for model in _OWN} | duplicates.TABLES
_change = table_of(ImportChange)


def _hold(changes: Sequence[RowMapping]) -> None:
    hold([change["customer_id"] for change in changes])


def _take_back(changes: Sequence[RowMapping]) -> tuple[int, int]:
    added = [change["customer_id"] for change in changes if change["before"] is None]
    edited = [change for change in changes if change["before"] is not None]
    _remove(added)
    _restore(edited)
    return len(added), len(edited)


def _remove(ids: list[str]) -> None:
    if not ids:
        return
    mark_changed(COLLECTION, ids, deleted=True)
    duplicates.forget(ids)
    further.remove(ids)
    for model in (Card, CustomerFacts, StoreActivity, StoreDeparture):
        column = table_of(model).c.customer_id
        db.session.execute(delete(table_of(model)).where(one_of(column, "ids")), {"ids": ids})
    db.session.execute(delete(table_of(Customer)).where(one_of(table_of(Customer).c.id, "ids")), {"ids": ids})


def _restore(changes: Sequence[RowMapping]) -> None:
    if not changes:
        return
    ids = [change["customer_id"] for change in changes]
    mark_changed(COLLECTION, ids)
    now = current(ids)
    restored = []
    moved = []
    for change in changes:
        customer_id, before = change["customer_id"], change["before"]
        old = {column: valued(column, value) for column, value in before.items()}
        restored.append((customer_id, now[customer_id] | old))
        if "home_store_id" in old:
            moved.append((customer_id, old["home_store_id"]))
    update_members(restored)
    come_home(moved)
    further.take((change["customer_id"], further.from_journal(change["further"])) for change in changes)
    cards = [card for change in changes for card in change["cards"]]
    if cards:
        db.session.execute(delete(table_of(Card)).where(one_of(table_of(Card).c.number, "cards")), {"cards": cards})


def _refuse_touched(run_id: str, changes: Sequence[RowMapping]) -> None:
    """Raise `CannotUndo` when anything of `changes` was touched since."""
    ids = [change["customer_id"] for change in changes]
    members = current(ids)
    if merged := survivors(set(ids) - members.keys()):
        survivor = min(merged.values())
        _refuse(survivor, current([survivor])[survivor], "merge")
    later = select(_change.c.customer_id, _change.c.run_id).where(
        one_of(_change.c.customer_id, "ids"), _change.c.run_id > run_id
    )
    for customer_id, by in db.session.execute(later, {"ids": ids}):
        _refuse(customer_id, members[customer_id], "import", by)
    added = [change["customer_id"] for change in changes if change["before"] is None]
    for column in _references():
        query = select(column).where(one_of(column, "ids")).limit(1)
        touched = db.session.execute(query, {"ids": added}).scalar()
        if touched is not None:
            _refuse(touched, members[touched], column.table.name)
    for change in changes:
        member = members[change["customer_id"]]
        if member["updated_at"] != change["written_at"]:
            _refuse(change["customer_id"], member, "edit")
    _refuse_cards(changes, members)
    _refuse_further(changes, members)


def _refuse_cards(changes: Sequence[RowMapping], members: dict[str, dict[str, Any]]) -> None:
    """A card that the run gave must still be hers, and a member whom it added must have no other."""
    ids = [change["customer_id"] for change in changes]
    held: dict[str, set[str]] = defaultdict(set)
    query = select(Card.customer_id, Card.number).where(one_of(table_of(Card).c.customer_id, "ids"))
    for customer_id, number in db.session.execute(query, {"ids": ids}):
        held[customer_id].add(number)
    for change in changes:
        given, has = set(change["cards"]), held[change["customer_id"]]
        if not given <= has or (change["before"] is None and given != has):
            _refuse(change["customer_id"], members[change["customer_id"]], "cards")


def _refuse_further(changes: Sequence[RowMapping], members: dict[str, dict[str, Any]]) -> None:
    """The same for further numbers and preferences."""
    held = further.held([change["customer_id"] for change in changes])
    for change in changes:
        given, has = further.from_journal(change["further"]), held[change["customer_id"]]
        differs = given ^ has if change["before"] is None else given - has
        if differs:
            is_number = any(name == further.PHONES for name, _ in differs)
            what = (CustomerPhone if is_number else Preference).__tablename__
            _refuse(change["customer_id"], members[change["customer_id"]], what)


def _refuse(customer_id: str, member: dict[str, Any], what: str, by: str = "") -> NoReturn:
    sentence = sentences.touched(what, by, called(member["name"], member["phone"]))
    raise CannotUndo(sentence, customer_id=customer_id, what=what, by=by or None)


def called(name: str, phone: str | None) -> str:
    """A member in a sentence: her name, and the end of her phone, which tells her from others of that name."""
    return f"{name} ({phone[-4:]})" if phone else name


def _references() -> Iterator[Column[Any]]:
    """Every column of any table that refers to a member and is not her own: nothing is passed over by mistake."""
    for table in Base.metadata.sorted_tables:
        if table.name in _HER_OWN:
            continue
        for column in table.columns:
            if any(key.column.table.name == Customer.__tablename__ for key in column.foreign_keys):
                yield column


def _whose(touched: Mapping[str, Any]) -> str:
    """Looked up now, so that nobody who is erased is kept in a run."""
    query = select(Customer.name, Customer.phone).where(Customer.id == touched["customer_id"])
    row = db.session.execute(query).one_or_none()
    return called(row.name, row.phone) if row else "—"


MEMBERS_UNDOER = Undoer(_change, _change.c.customer_id, _hold, _refuse_touched, _take_back, _whose)
