"""What entries come to: which lot pays, what is owed, what comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.loyalty.allocation import GRACE_DAYS, Book, Movement, allocate

if TYPE_CHECKING:
    from random import Random

TODAY = date(2026, 6, 1)


def on(day: int, kind: str, points: int, **values: Any) -> Movement:
    """A movement of May 2026, of unit A unless it says another; its id is what it is and when."""
    made: dict[str, Any] = {
        "id": f"{kind}{day}",
        "kind": kind,
        "points": points,
        "unit": "A",
        "at": datetime(2026, 5, day, tzinfo=UTC),
    }
    return Movement(**made | {"on": date(2026, 5, day)} | values)


def left(book: Book) -> dict[str, int]:
    """{lot: points that are left}."""
    return {lot.id: lot.open for lot in book.lots.values()}


def test_what_expires_first_pays_first_and_what_never_does_last() -> None:
    book = allocate(
        [
            on(1, "gift", 50),
            on(2, "earn", 50, expires_on=date(2026, 12, 31)),
            on(3, "earn", 50, expires_on=date(2026, 8, 31)),
            on(4, "redeem", -120),
        ],
        today=TODAY,
    )
    assert left(book) == {"gift1": 30, "earn2": 0, "earn3": 0}
    assert book.uses == {("redeem4", "earn3"): 50, ("redeem4", "earn2"): 50, ("redeem4", "gift1"): 20}


def test_a_lot_is_good_on_its_last_day_and_gone_on_the_next() -> None:
    lot = on(1, "earn", 100, expires_on=date(2026, 5, 10))
    assert allocate([lot, on(10, "redeem", -40)], today=TODAY).expired() == {"earn1": 60}
    late = allocate([lot, on(11, "redeem", -40)], today=TODAY)
    assert (late.expired(), late.balance) == ({"earn1": 100}, -40)
    assert allocate([lot], today=date(2026, 5, 10)).balance == 100


def test_what_nobody_has_is_owed_and_the_next_points_repay_it() -> None:
    over = [on(1, "earn", 30), on(2, "redeem", -100, unit="B")]
    book = allocate(over, today=TODAY)
    assert (book.balance, {debt.id: (debt.unit, debt.open) for debt in book.debts.values()}) == (
        -70,
        {"redeem2": ("B", 70)},
    )
    repaid = allocate([*over, on(3, "earn", 100)], today=TODAY)
    assert (repaid.debts, left(repaid)) == ({}, {"earn1": 0, "earn3": 30})
    assert repaid.uses["redeem2", "earn3"] == 70


def test_a_return_takes_back_what_the_sale_gave_and_what_was_spent_is_owed() -> None:
    book = allocate(
        [
            on(1, "earn", 100, cause="s1"),
            on(2, "earn", 20, cause="s2"),
            on(3, "redeem", -90),
            on(4, "reverse", -100, cause="s1"),
        ],
        today=TODAY,
    )
    assert (book.balance, left(book)) == (-70, {"earn1": 0, "earn2": 0})
    assert book.debts["reverse4"].open == 70


def test_a_return_takes_back_expired_points_as_they_are() -> None:
    book = allocate(
        [on(1, "earn", 100, cause="s1", expires_on=date(2026, 5, 5)), on(9, "reverse", -100, cause="s1")],
        today=TODAY,
    )
    assert (book.balance, book.expired()) == (0, {})


def test_what_a_sale_was_paid_with_comes_back_to_its_lots_the_latest_to_expire_first() -> None:
    paid = [
        on(1, "earn", 50, expires_on=date(2026, 8, 31)),
        on(2, "earn", 50),
        on(3, "redeem", -110, cause="s1"),
    ]
    book = allocate([*paid, on(4, "restore", 40, cause="s1")], today=TODAY)
    assert (book.debts, left(book)) == ({}, {"earn1": 0, "earn2": 30})
    whole = allocate([*paid, on(4, "restore", 110, cause="s1")], today=TODAY)
    assert (whole.uses, left(whole)) == ({}, {"earn1": 50, "earn2": 50})


def test_points_that_come_back_to_an_expired_lot_are_good_for_some_days_more() -> None:
    paid = [on(1, "earn", 50, expires_on=date(2026, 5, 5)), on(2, "redeem", -50, cause="s1")]
    book = allocate([*paid, on(20, "restore", 50, cause="s1")], today=TODAY)
    assert (book.balance, book.lots["earn1"].expires_on) == (50, date(2026, 6, 19))
    assert (date(2026, 6, 19) - date(2026, 5, 20)).days == GRACE_DAYS
    assert allocate([*paid, on(20, "restore", 50, cause="s1")], today=date(2026, 6, 20)).balance == 0


def test_a_sale_is_paid_for_before_it_earns_and_its_points_repay_what_it_owes() -> None:
    book = allocate([on(1, "earn", 100, cause="s1", id="a"), on(1, "redeem", -100, cause="s1", id="b")], today=TODAY)
    assert (book.balance, book.uses) == (0, {("b", "a"): 100})


KINDS = st.sampled_from(["earn", "gift", "adjust", "redeem", "reverse", "restore"])


@st.composite
def movements(draw: st.DrawFn) -> list[Movement]:
    """Any movements of some sales, in any order of days."""
    made = []
    for number in range(draw(st.integers(0, 12))):
        kind, day = draw(KINDS), draw(st.integers(1, 28))
        points = draw(st.integers(1, 100)) * (-1 if kind in {"redeem", "reverse"} else 1)
        sale = draw(st.sampled_from(["s1", "s2"])) if kind not in {"gift", "adjust"} else None
        ends = draw(st.none() | st.dates(date(2026, 5, 1), date(2026, 6, 10))) if points > 0 else None
        unit = draw(st.sampled_from("AB"))
        made.append(on(day, kind, points, id=f"{number:02d}", cause=sale, expires_on=ends, unit=unit))
    return made


@given(movements(), st.randoms(use_true_random=False), st.sampled_from([TODAY, date(2026, 5, 15)]))
def test_a_book_balances_and_does_not_depend_on_the_order_of_hearing(
    moved: list[Movement], chance: Random, today: date
) -> None:
    book = allocate(moved, today=today)
    expired = sum(book.expired().values())
    assert book.balance == sum(each.points for each in moved) - expired
    assert all(lot.open >= 0 and lot.expired >= 0 for lot in book.lots.values())
    assert all(debt.open > 0 for debt in book.debts.values())
    assert not (book.debts and any(left(book).values()))
    assert all(points > 0 for points in book.uses.values())
    for lot in book.lots.values():
        used = sum(points for (_, lot_id), points in book.uses.items() if lot_id == lot.id)
        assert lot.points == lot.open + lot.expired + used
    shuffled = list(moved)
    chance.shuffle(shuffled)
    assert allocate(shuffled, today=today) == book


@pytest.mark.parametrize("kind", ["reverse", "restore"])
def test_what_refers_to_an_unknown_sale_still_counts(kind: str) -> None:
    points = 40 if kind == "restore" else -40
    assert allocate([on(1, kind, points, cause="nobody heard of it")], today=TODAY).balance == points
