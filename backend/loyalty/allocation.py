"""What a member's entries come to: which lots are open, what is owed, and which lot paid for what.

Pure. The entries are the truth and are only ever added; everything here is worked out from them, so that it does not
matter in which order they reached the server, and members who were merged and parted have what they would have had.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

GRACE_DAYS = 30
"""How long points are good that come back from a sale to a lot that has expired meanwhile."""
_NEVER = date.max
RANKS = {"redeem": 1, "transfer_out": 1, "earn": 2, "restore": 3, "reverse": 4, "transfer_back": 5}
"""The order of what happened at the same moment: a sale is paid for before it earns. Other kinds are before these."""
_PAYS = frozenset({"redeem", "transfer_out"})
_GIVES_BACK = frozenset({"restore", "transfer_back"})
_TAKES_BACK = frozenset({"reverse", "transfer_back"})


class Movement(NamedTuple):
    """An entry as far as it moves points. `unit` is the business unit that gave, took or corrected them.

    `on` is the business day and `at` the moment, by which movements follow each other; `expires_on` is the last day on
    which a lot is good, None for ever. `cause`, a sale or a transfer, ties what is taken back to what was given.
    """

    id: str
    kind: str
    points: int
    unit: str
    at: datetime
    on: date
    expires_on: date | None = None
    cause: str | None = None


@dataclass(slots=True)
class Lot:
    """Points that were given together by the entry `id`. `open` of them are left, `expired` are gone."""

    id: str
    unit: str
    points: int
    at: datetime
    expires_on: date | None
    cause: str | None
    open: int
    expired: int = 0


@dataclass(slots=True)
class Debt:
    """Points that the entry `id` took without a lot to take them from; `open` of them are not repaid."""

    id: str
    unit: str
    open: int


@dataclass
class Book:
    """A member's lots and debts; `uses` says how many points of which lot an entry took: {(entry, lot): points}."""

    lots: dict[str, Lot] = field(default_factory=dict)
    debts: dict[str, Debt] = field(default_factory=dict)
    uses: dict[tuple[str, str], int] = field(default_factory=dict)
    # {sale or transfer: the entries that paid for it with points}
    payments: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def balance(self) -> int:
        """Open lots less open debt."""
        return sum(lot.open for lot in self.lots.values()) - sum(debt.open for debt in self.debts.values())

    def expired(self) -> dict[str, int]:
        """{lot: points} that nobody used in time."""
        return {lot.id: lot.expired for lot in self.lots.values() if lot.expired}


def allocate(movements: Iterable[Movement], *, today: date) -> Book:
    """Work through `movements` in the order in which they happened, and let expire what is over before `today`.

    Expiries are no movements: they follow from the rest, and are written as entries by whoever keeps the ledger.
    """
    return advance(Book(), movements, today=today)


def advance(book: Book, movements: Iterable[Movement], *, today: date) -> Book:
    """Go on with `book`, all of whose movements were before these; changes it, and gives it back.

    What is given and taken needs no more than open lots and open debts, the oldest debt first. What is taken back and
    given back (`reverse`, `restore`, `transfer_back`) needs all that was there.
    """
    for each in sorted(movements, key=_order):
        _expire(book, each.on)
        if each.points < 0:
            _take(book, each)
        elif each.kind in _GIVES_BACK:
            _restore(book, each)
        else:
            _give(book, each.id, each, each.points, each.expires_on)
    _expire(book, today)
    return book


def _order(movement: Movement) -> tuple[datetime, int, str]:
    return (movement.at, RANKS.get(movement.kind, 0), movement.id)


def _expire(book: Book, before: date) -> None:
    for lot in book.lots.values():
        if lot.open and lot.expires_on is not None and lot.expires_on < before:
            lot.expired += lot.open
            lot.open = 0


def _give(book: Book, lot_id: str, given: Movement, points: int, expires_on: date | None) -> None:
    book.lots[lot_id] = Lot(lot_id, given.unit, points, given.at, expires_on, given.cause, open=points)
    _repay(book, book.lots[lot_id])


def _repay(book: Book, lot: Lot) -> None:
    """Debts are repaid as soon as there are points, the oldest first."""
    for debt in list(book.debts.values()):
        points = min(lot.open, debt.open)
        if not points:
            continue
        lot.open -= points
        debt.open -= points
        _count(book, debt.id, lot.id, points)
        if not debt.open:
            del book.debts[debt.id]


def _take(book: Book, taken: Movement) -> None:
    wanted = -taken.points
    if taken.kind in _PAYS and taken.cause is not None:
        book.payments[taken.cause].append(taken.id)
    if taken.kind in _TAKES_BACK:
        own = [lot for lot in book.lots.values() if lot.cause == taken.cause and taken.cause is not None]
        for lot in own:
            wanted -= _use(book, taken.id, lot, wanted)
        for lot in own:
            # What it gave and has expired since was of no use to her: it goes back as it is.
            points = min(lot.expired, wanted)
            lot.expired -= points
            wanted -= points
            _count(book, taken.id, lot.id, points)
    for lot in sorted(book.lots.values(), key=_soonest):
        if not wanted:
            return
        wanted -= _use(book, taken.id, lot, wanted)
    if wanted:
        book.debts[taken.id] = Debt(taken.id, taken.unit, wanted)


def _soonest(lot: Lot) -> tuple[date, datetime, str]:
    return (lot.expires_on or _NEVER, lot.at, lot.id)


def _use(book: Book, entry_id: str, lot: Lot, wanted: int) -> int:
    points = min(lot.open, wanted)
    lot.open -= points
    _count(book, entry_id, lot.id, points)
    return points


def _count(book: Book, entry_id: str, lot_id: str, points: int) -> None:
    uses = book.uses.get((entry_id, lot_id), 0) + points
    if uses:
        book.uses[entry_id, lot_id] = uses
    else:
        book.uses.pop((entry_id, lot_id), None)


def _restore(book: Book, restored: Movement) -> None:
    """What a sale or a transfer was paid with comes back: the rest of what is owed for it is forgiven, then its lots.

    The lots that expire last come first. Where a lot has expired meanwhile, its points are good for `GRACE_DAYS`.
    """
    wanted = restored.points
    filled: list[Lot] = []
    for entry_id in reversed(book.payments.get(restored.cause or "", ())):
        wanted -= _forgive(book, entry_id, wanted)
        used = [book.lots[lot_id] for by, lot_id in book.uses if by == entry_id]
        for lot in sorted(used, key=_soonest, reverse=True):
            points = min(book.uses[entry_id, lot.id], wanted)
            if not points:
                continue
            wanted -= points
            _count(book, entry_id, lot.id, -points)
            lot.open += points
            if lot.expires_on is not None and lot.expires_on < restored.on:
                lot.expires_on = restored.on + timedelta(days=GRACE_DAYS)
            filled.append(lot)
    if wanted:
        _give(book, restored.id, restored, wanted, None)
    for lot in filled:
        _repay(book, lot)


def _forgive(book: Book, entry_id: str, wanted: int) -> int:
    debt = book.debts.get(entry_id)
    if debt is None:
        return 0
    points = min(debt.open, wanted)
    debt.open -= points
    if not debt.open:
        del book.debts[entry_id]
    return points
