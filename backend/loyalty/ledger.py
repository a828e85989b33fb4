"""Keeping the books: what entries come to is worked out anew whenever some are added, and written where it differs.

After every unit of work, for each member: balance = open lots - open debt = sum of entries, and the card shows it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, case, func, insert, select

from backend.core import clock
from backend.core.bulk import delete_rows, insert_rows, update_rows
from backend.core.db import db, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.customers import Customer, CustomerFacts, show_other_points, show_points
from backend.loyalty.allocation import RANKS, Book, Debt, Lot, Movement, advance, allocate
from backend.loyalty.models import PointsDebt, PointsEntry, PointsLot, PointsUse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Row, Table

    Rows = Sequence[Mapping[str, Any]]

_entry, _lot, _debt, _use = map(table_of, (PointsEntry, PointsLot, PointsDebt, PointsUse))
_facts = table_of(CustomerFacts)
_ENTRIES = select(_entry).where(one_of(_entry.c.customer_id, "ids"))
_INSERT_ENTRY = insert(_entry)
_KEYS: dict[Table, tuple[str, ...]] = {_lot: ("id",), _debt: ("id",), _use: ("entry_id", "lot_id")}
_DERIVED = {table: select(table).where(one_of(table.c.customer_id, "ids")) for table in _KEYS}
_WRITE = {table: insert(table) for table in _KEYS}
_BALANCES = (
    select(_lot.c.customer_id, _lot.c.open.label("points"))
    .where(one_of(_lot.c.customer_id, "ids"), _lot.c.open > 0)
    .union_all(select(_debt.c.customer_id, -_debt.c.open).where(one_of(_debt.c.customer_id, "ids")))
)
# A seek for each member and question: where her book stands, in the order of `_Standing`.
_STANDING = select(
    _facts.c.customer_id,
    _facts.c.points,
    select(func.max(_entry.c.occurred_at)).where(_entry.c.customer_id == _facts.c.customer_id).scalar_subquery(),
    select(_debt.c.id).where(_debt.c.customer_id == _facts.c.customer_id).exists(),
    select(_lot.c.id)
    .where(_lot.c.customer_id == _facts.c.customer_id, _lot.c.open > 0, _lot.c.expires_on < bindparam("today"))
    .exists(),
).where(one_of(_facts.c.customer_id, "ids"))
# In the order of `Lot` and `Debt`; the debts as they were made.
_OPEN_LOTS = (
    select(
        _lot.c.customer_id,
        _lot.c.owner_id,
        _lot.c.id,
        _lot.c.business_unit_id,
        _lot.c.points,
        _entry.c.occurred_at,
        _lot.c.expires_on,
        func.coalesce(_entry.c.sale_id, _entry.c.transfer_id),
        _lot.c.open,
        _lot.c.expired,
    )
    .join(_entry, _entry.c.id == _lot.c.id)
    .where(one_of(_lot.c.customer_id, "ids"), _lot.c.open > 0)
    .order_by(_lot.c.customer_id, _entry.c.occurred_at, _lot.c.id)
)
_OPEN_DEBTS = (
    select(_debt.c.customer_id, _debt.c.owner_id, _debt.c.id, _debt.c.business_unit_id, _debt.c.open)
    .join(_entry, _entry.c.id == _debt.c.id)
    .where(one_of(_debt.c.customer_id, "ids"))
    .order_by(_debt.c.customer_id, _entry.c.occurred_at, case(RANKS, value=_entry.c.kind, else_=0), _debt.c.id)
)
_MOVING = ("id", "kind", "points", "business_unit_id", "occurred_at", "business_day", "expires_on")
_LOOKING_BACK = frozenset({"reverse", "restore", "transfer_back"})
_BLANK = dict.fromkeys(("owner_id", "sale_id", "transfer_id", "lot_id", "reason", "rules", "staff_id", "expires_on"))
_LAST_ZONE = timedelta(hours=12)
"""When a day is over everywhere on earth, after midnight UTC: nobody's points expire before the last day is out."""


def entry(**values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of PointsEntry
    """A row of the ledger to `post`; what is not named is empty."""
    return {"id": new_id()} | _BLANK | values


class _Standing(NamedTuple):
    """What her card shows, when her last entry happened, whether she owes, and whether lots wait to expire."""

    points: int
    last: datetime | None
    owes: bool
    expiring: bool


def post(rows: Rows) -> None:
    """Add entries, within a unit of work that holds their customers, and bring their books up to date.

    What is given after everything that is there, as nearly always at a till, is one lot more, whatever other lots there
    are. What is taken then goes on with the book as it stands; for what comes late, and for what is taken back, the
    book is worked out anew.
    """
    if not rows:
        return
    new: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        new[row["customer_id"]].append(row)
    today = last_day_over()
    found = db.session.execute(_STANDING, {"ids": sorted(new), "today": today})
    standing = {customer_id: _Standing(*values) for customer_id, *values in found}
    insert_rows(_INSERT_ENTRY, rows)
    anew: set[str] = set()
    after: dict[str, Rows] = {}
    given: dict[str, Rows] = {}
    for customer_id, added in new.items():
        book = standing.get(customer_id)
        if _looks_back(added, book):
            anew.add(customer_id)
        elif book and not book.owes and not book.expiring and all(_only_gives(row, today) for row in added):
            given[customer_id] = added
        else:
            after[customer_id] = added
    settle(anew)
    _go_on(after)
    _give(given, standing)


def _looks_back(rows: Rows, book: _Standing | None) -> bool:
    """Whether what was there before matters to these, or they matter to that."""
    last = book.last if book else None
    return any(row["kind"] in _LOOKING_BACK or (last is not None and row["occurred_at"] <= last) for row in rows)


def _only_gives(row: Mapping[str, Any], today: date) -> bool:
    """Whether this is points for some time to come."""
    return row["points"] > 0 and (row["expires_on"] is None or row["expires_on"] >= today)


def _give(new: Mapping[str, Rows], standing: Mapping[str, _Standing]) -> None:
    """Add a lot for each of these entries; nobody owes what they could repay, and none is over."""
    insert_rows(
        _WRITE[_lot],
        [
            {"id": row["id"], "customer_id": customer_id, "owner_id": row["owner_id"], "points": row["points"]}
            | {"business_unit_id": row["business_unit_id"], "open": row["points"], "expired": 0}
            | {"expires_on": row["expires_on"]}
            for customer_id, rows in new.items()
            for row in rows
        ],
    )
    show_other_points({id_: standing[id_].points + sum(row["points"] for row in rows) for id_, rows in new.items()})


def _go_on(new: Mapping[str, Rows]) -> None:
    """Bring books up to date by entries that come after all others; reads what is open, however much there was."""
    if not new:
        return
    ids, today = sorted(new), last_day_over()
    books: dict[str, Book] = {customer_id: Book() for customer_id in ids}
    owners: dict[str, str | None] = {row["id"]: row["owner_id"] for rows in new.values() for row in rows}
    for whose, owner_id, *values in db.session.execute(_OPEN_LOTS, {"ids": ids}):
        lot = Lot(*values)
        books[whose].lots[lot.id], owners[lot.id] = lot, owner_id
    for whose, owner_id, *values in db.session.execute(_OPEN_DEBTS, {"ids": ids}):
        debt = Debt(*values)
        books[whose].debts[debt.id], owners[debt.id] = debt, owner_id
    held: list[Lot | Debt] = [each for book in books.values() for each in book.lots.values()]
    held += [each for book in books.values() for each in book.debts.values()]
    before = {each.id: _state(each) for each in held}
    for customer_id, rows in new.items():
        advance(books[customer_id], map(_moved, rows), today=today)
    expired = [
        _expiry(customer_id, owners[lot.id], lot.id, lot.unit, points)
        for customer_id, book in books.items()
        for lot in book.lots.values()
        if lot.expired and (points := lot.expired - before.get(lot.id, (0, 0))[1])
    ]
    insert_rows(_INSERT_ENTRY, expired)
    _write_changes(books, before, owners)
    show_points({customer_id: book.balance for customer_id, book in books.items()})


def _state(each: Lot | Debt) -> tuple[int, int]:
    """What changes of a lot or a debt: what is open, and what has expired."""
    return each.open, each.expired if isinstance(each, Lot) else 0


def _write_changes(
    books: Mapping[str, Book], before: Mapping[str, tuple[int, int]], owners: Mapping[str, str | None]
) -> None:
    """Write what of these books is other than `before`; their uses are all new."""
    left: set[str] = set()
    fresh: dict[Table, list[dict[str, Any]]] = {table: [] for table in _KEYS}
    other: dict[Table, list[dict[str, Any]]] = {table: [] for table in _KEYS}
    for customer_id, book in books.items():
        left.update(book.lots, book.debts)
        changed = Book(
            {lot.id: lot for lot in book.lots.values() if before.get(lot.id) != _state(lot)},
            {debt.id: debt for debt in book.debts.values() if before.get(debt.id) != _state(debt)},
            book.uses,
        )
        for table, rows in _rows_of(changed, customer_id, owners).items():
            for row in rows:
                (other if row.get("id") in before else fresh)[table].append(row)
    delete_rows(_debt, [{"id": each} for each in sorted(before.keys() - left)])
    for table, key in _KEYS.items():
        insert_rows(_WRITE[table], fresh[table])
        update_rows(table, other[table], by=key)


def balance(customer_id: str) -> int:
    """Open lots less open debt."""
    return balances([customer_id])[customer_id]


def balances(customer_ids: Collection[str]) -> dict[str, int]:
    """Open lots less open debt of each customer, 0 without any (ix_points_lot_open, ix_points_debt_customer)."""
    found = dict.fromkeys(customer_ids, 0)
    for customer_id, points in db.session.execute(_BALANCES, {"ids": sorted(found)}) if found else ():
        found[customer_id] += points
    return found


def settle(customer_ids: Collection[str]) -> None:
    """Work out what the entries of these customers come to, let expire what is over, and write what differs."""
    ids = sorted(set(customer_ids))
    if not ids:
        return
    entries: dict[str, list[Row[Any]]] = {customer_id: [] for customer_id in ids}
    for row in db.session.execute(_ENTRIES, {"ids": ids}):
        entries[row.customer_id].append(row)
    today = last_day_over()
    books = {customer_id: allocate(map(_movement, _moving(rows)), today=today) for customer_id, rows in entries.items()}
    insert_rows(_INSERT_ENTRY, [each for id_, book in books.items() for each in _expiries(book, entries[id_])])
    owners = {row.id: row.owner_id for rows in entries.values() for row in rows}
    wanted = [_rows_of(book, customer_id, owners) for customer_id, book in books.items()]
    for table in _KEYS:
        there = [dict(row) for row in db.session.execute(_DERIVED[table], {"ids": ids}).mappings()]
        _write(table, there, [row for each in wanted for row in each[table]])
    show_points({customer_id: book.balance for customer_id, book in books.items()})


def unsettled(limit: int, *, after: str) -> list[str]:
    """Customers behind `after` with entries that no book was kept of yet, in the order of their ids."""
    has = [select(table.c.customer_id).where(table.c.customer_id == Customer.id).exists() for table in _KEYS]
    entries = select(_entry.c.customer_id).where(_entry.c.customer_id == Customer.id).exists()
    query = select(Customer.id).where(entries, *(~each for each in has)).order_by(Customer.id).limit(limit)
    return list(db.session.scalars(query.where(Customer.id > after) if after else query))


def expiring(limit: int) -> list[str]:
    """Customers who have open points whose last day is over (ix_points_lot_expires)."""
    query = select(PointsLot.customer_id).where(PointsLot.open > 0, PointsLot.expires_on < last_day_over())
    return list(db.session.scalars(query.distinct().limit(limit)))


def last_day_over() -> date:
    """The first day that is not over everywhere."""
    return (clock.now() - _LAST_ZONE).date()


def _moving(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The entries that others follow from: an expiry follows itself."""
    return [row for row in rows if row.kind != "expire"]


def _movement(row: Row[Any]) -> Movement:
    return Movement._make((*(getattr(row, name) for name in _MOVING), row.sale_id or row.transfer_id))


def _moved(row: Mapping[str, Any]) -> Movement:
    """As above, of a row that was only just posted."""
    return Movement._make((*(row[name] for name in _MOVING), row["sale_id"] or row["transfer_id"]))


def _expiries(book: Book, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """The entries that are missing to what has expired: more, or less where somebody had used it in time."""
    written: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.kind == "expire":
            written[row.lot_id] -= row.points
    expired, given = book.expired(), {row.id: row for row in rows}
    return [
        _expiry(given[id_].customer_id, given[id_].owner_id, id_, given[id_].business_unit_id, more)
        for id_ in sorted({*written, *expired})
        if (more := expired.get(id_, 0) - written[id_])
    ]


def _expiry(customer_id: str, owner_id: str | None, lot_id: str, unit_id: str, points: int) -> dict[str, Any]:
    return entry(
        customer_id=customer_id,
        owner_id=owner_id,
        kind="expire",
        points=-points,
        business_unit_id=unit_id,
        lot_id=lot_id,
        occurred_at=clock.now(),
        business_day=last_day_over(),
    )


def _rows_of(book: Book, customer_id: str, owners: Mapping[str, str | None]) -> dict[Table, list[dict[str, Any]]]:
    """The rows of what is worked out; each is whose its entry is."""
    return {
        _lot: [
            {"id": lot.id, "customer_id": customer_id, "owner_id": owners[lot.id], "business_unit_id": lot.unit}
            | {"points": lot.points, "open": lot.open, "expired": lot.expired, "expires_on": lot.expires_on}
            for lot in book.lots.values()
        ],
        _debt: [
            {"id": debt.id, "customer_id": customer_id, "owner_id": owners[debt.id]}
            | {"business_unit_id": debt.unit, "open": debt.open}
            for debt in book.debts.values()
        ],
        _use: [
            {"entry_id": entry_id, "lot_id": lot_id, "customer_id": customer_id}
            | {"owner_id": owners[entry_id], "points": points}
            for (entry_id, lot_id), points in book.uses.items()
        ],
    }


def _write(table: Table, there: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> None:
    """Bring rows to what is wanted; what goes goes first, so that it may be somebody else's."""
    key = _KEYS[table]
    old = {tuple(row[name] for name in key): row for row in there}
    rows = {tuple(row[name] for name in key): row for row in wanted}
    delete_rows(table, [dict(zip(key, each, strict=True)) for each in sorted(old.keys() - rows.keys())])
    insert_rows(_WRITE[table], [rows[each] for each in sorted(rows.keys() - old.keys())])
    update_rows(table, [rows[each] for each in sorted(rows.keys() & old.keys()) if rows[each] != old[each]], by=key)
