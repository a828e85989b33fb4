"""`dangol import sales`: receipts taken, left alone, left out, taken up, taken back; whose they are, and her facts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, table_of, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, CustomerFacts, StoreActivity
from backend.sales import Sale, SaleLine, SaleReturn, refresh_purchase_facts
from backend.sync.models import ChangeLog
from backend.unify import CannotUndo, FileOutcome, ImportEntry, ImportRun, Progress, Undone, merges, undo
from backend.unify.files import runs
from backend.unify.files.sales import reader
from tests import factories
from tests.unify import members_files
from tests.unify.members_files import reasons, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

HEADING = ("영수증번호", "매장코드", "판매일시", "카드번호", "상품코드", "수량", "단가", "할인액", "판매금액", "판매원")
CREAM = ("1001", "S1", "2026-01-15 14:05", "A-1", "C-1", "1", "89,000", "9,000", "80,000", "hand")
TEA = ("1001", "S1", "2026-01-15 14:05", "A-1", "T-1", "2", "42,000", "", "84,000", "hand")
WALK_IN = ("1002", "S1", "2026.1.16 오후 2:05", "", "T-1", "1", "42000", "", "", "")
STRANGER = ("1003", "S1", "20260117", "Z-9", "X-9", "1", "", "", "5000", "nobody")


@pytest.fixture(autouse=True)
def house(app: Flask) -> dict[str, str]:  # noqa: ARG001 - the database is the app's
    """A store, two products, a member with a card, and a hand."""
    with unit_of_work():
        store = factories.store(code="S1")
        factories.store(
            code="S2", time_zone="America/New_York", currency="USD", business_unit_id=store.business_unit_id
        )
        for sku in ("C-1", "T-1"):
            factories.product(sku=sku)
        kim = factories.customer(name="김민지", phone="+821012345678", cards=["A-1"], source="file", source_key="K-1")
        hand = factories.staff(login="hand")
        return {"store": store.id, "kim": kim.id, "hand": hand.id}


def write(path: Path, *rows: Any, heading: Any = HEADING, **options: Any) -> Path:
    return write_csv(path, rows, heading=heading, **options)


def bring_in(path: Path, **wishes: Any) -> FileOutcome:
    return members_files.bring_in(path, kind="sales", **wishes)


def take_back(run: str | None) -> Undone:
    done = undo(str(run), progress=Progress("undo", shown=False))
    db.session.rollback()
    db.session.expire_all()
    return done


def sales() -> dict[str, Sale]:
    """{receipt: sale} of all that is there."""
    db.session.rollback()
    db.session.expire_all()
    return {str(sale.source_key): sale for sale in db.session.scalars(select(Sale).order_by(Sale.source_key))}


def lines(receipt: str) -> list[tuple[Any, ...]]:
    return [
        (line.sku, line.quantity, line.amount, line.unit_price, line.discount, line.product_id is not None)
        for line in sales()[receipt].lines
    ]


def facts(customer_id: str) -> tuple[Any, ...]:
    db.session.rollback()
    found = db.session.get_one(CustomerFacts, customer_id, populate_existing=True)
    days = select(StoreActivity.store_id, StoreActivity.last_on).where(StoreActivity.customer_id == customer_id)
    activity = [tuple(row) for row in db.session.execute(days)]
    return (found.last_purchase_on, found.last_basket, found.purchase_gaps, found.cycle_days, activity)


def run(app: Flask, *arguments: object) -> tuple[int, Any]:
    result = app.test_cli_runner().invoke(args=["import", "sales", *map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else result.output


def test_a_receipt_is_one_sale_with_its_lines_total_and_customer(tmp_path: Path, house: dict[str, str]) -> None:
    outcome = bring_in(write(tmp_path / "s.csv", CREAM, TEA, WALK_IN, STRANGER))
    assert (outcome.new, outcome.bad, outcome.key) == (3, 0, "card")
    first = sales()["S1/1001"]
    assert (first.total, first.discount, first.currency, first.source) == (164_000, 9_000, "KRW", "file")
    assert (first.customer_id, first.staff_id, first.flags) == (house["kim"], house["hand"], [])
    assert (first.occurred_at, first.business_day) == (datetime(2026, 1, 15, 5, 5, tzinfo=UTC), date(2026, 1, 15))
    assert lines("S1/1001") == [("C-1", 1, 80_000, 89_000, 9_000, True), ("T-1", 2, 84_000, 42_000, 0, True)]
    walk_in, stranger = sales()["S1/1002"], sales()["S1/1003"]
    assert (walk_in.customer_id, walk_in.flags, walk_in.total) == (None, [], 42_000)
    assert (stranger.customer_id, stranger.claimed_customer_id, stranger.staff_id) == (None, None, None)
    assert stranger.flags == ["unknown_customer", "unknown_product"]
    assert stranger.occurred_at == datetime(2026, 1, 17, 3, tzinfo=UTC), "a day alone is noon at the store"


def test_her_facts_follow_and_reach_her_tablets(tmp_path: Path, house: dict[str, str]) -> None:
    rows = [(f"{day}", "S1", f"2026-10-{day} 10:00", "A-1", "C-1", "1", "", "", "1000", "") for day in (20, 2, 5, 12)]
    before = db.session.scalar(select(func.max(ChangeLog.v)).where(ChangeLog.row_id == house["kim"])) or 0
    bring_in(write(tmp_path / "s.csv", *rows))
    found = facts(house["kim"])
    assert found[:4] == (date(2026, 10, 20), [["C-1", 1, 1000]], [3, 7, 8], 7)
    assert found[4] == [(house["store"], date(2026, 10, 20))]
    db.session.rollback()
    run_in_unit_of_work(lambda: refresh_purchase_facts([house["kim"]]))
    assert facts(house["kim"]) == found
    assert (db.session.scalar(select(func.max(ChangeLog.v)).where(ChangeLog.row_id == house["kim"])) or 0) > before


def test_the_number_of_a_payment_card_on_a_receipt_is_kept_nowhere(tmp_path: Path) -> None:
    number = "4111111111111111"
    outcome = bring_in(write(tmp_path / "s.csv", CREAM, (*STRANGER[:3], number, *STRANGER[4:])), keep_going_fields=True)
    assert [reason for _, reason in reasons(outcome)] == [
        "카드번호 looks like the number of a payment card, which is not kept"
    ]
    taken = sales()["S1/1003"]
    assert (taken.customer_id, taken.claimed_customer_id, taken.total) == (None, None, 5_000)
    assert number not in str(outcome)


@pytest.mark.parametrize(
    ("key", "heading", "value"),
    [("card", "카드번호", "A-1"), ("phone", "휴대폰", "01012345678"), ("source-key", "고객번호", "K-1")],
)
def test_a_customer_is_known_by_card_phone_or_number(
    tmp_path: Path, house: dict[str, str], key: str, heading: str, value: str
) -> None:
    row = ("1", "S1", "2026-01-15", value, "C-1", "100")
    path = write(tmp_path / "s.csv", row, heading=("영수증", "매장", "날짜", heading, "상품코드", "금액"))
    assert bring_in(path).key == key
    assert sales()["S1/1"].customer_id == house["kim"]


def test_a_sale_is_whose_card_it_was_when_she_is_merged_and_parted(tmp_path: Path, house: dict[str, str]) -> None:
    with unit_of_work():
        other = factories.customer(name="김민자", cards=["B-1"]).id
    merge = run_in_unit_of_work(lambda: merges.merge(house["kim"], other, acting_staff=SYSTEM).id)
    bring_in(write(tmp_path / "s.csv", CREAM, (*WALK_IN[:3], "B-1", *WALK_IN[4:])))
    assert {sale.customer_id for sale in sales().values()} == {house["kim"]}
    run_in_unit_of_work(lambda: merges.undo(merge, acting_staff=SYSTEM))
    assert {key: sale.customer_id for key, sale in sales().items()} == {"S1/1001": house["kim"], "S1/1002": other}


@pytest.mark.parametrize("way", ["cp949", "xlsx", "tab"])
def test_any_layout_is_read(tmp_path: Path, way: str) -> None:
    path = tmp_path / "s"
    if way == "xlsx":
        rows = [(*row[:2], datetime(2026, 1, 15, 14, 5), *row[3:]) for row in (CREAM, TEA)]  # noqa: DTZ001 - a cell's
        write_xlsx(path, rows, heading=HEADING, sheet="판매")
    else:
        write(path, CREAM, TEA, **({"encoding": "cp949"} if way == "cp949" else {"delimiter": "\t"}))
    assert bring_in(path, sheet="판매" if way == "xlsx" else None).new == 1
    sale = sales()["S1/1001"]
    assert (sale.total, sale.occurred_at) == (164_000, datetime(2026, 1, 15, 5, 5, tzinfo=UTC))


def test_day_and_time_in_two_columns_are_the_clock_of_the_store(tmp_path: Path) -> None:
    heading = ("order no", "store", "date", "time", "sku", "qty", "amount")
    rows = [
        ("7", "S2", "2026-07-01", "9:30 PM", "C-1", "1", "12.50"),
        ("7", "S1", "2026-07-01", "09:30", "C-1", "1", "90"),
    ]
    assert bring_in(write(tmp_path / "s.csv", *rows, heading=heading)).new == 2
    found = {key: (sale.occurred_at, sale.business_day, sale.currency, sale.total) for key, sale in sales().items()}
    assert found == {
        "S1/7": (datetime(2026, 7, 1, 0, 30, tzinfo=UTC), date(2026, 7, 1), "KRW", 90),
        "S2/7": (datetime(2026, 7, 2, 1, 30, tzinfo=UTC), date(2026, 7, 1), "USD", 1_250),
    }


def test_lines_of_a_receipt_may_stand_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHUNK", 1)
    outcome = bring_in(write(tmp_path / "s.csv", CREAM, WALK_IN, STRANGER, TEA))
    assert (outcome.new, outcome.problem_count) == (3, 0)
    assert [line[0] for line in lines("S1/1001")] == ["C-1", "T-1"]


def test_a_receipt_with_a_line_that_cannot_be_used_is_left_out_whole_and_every_line_is_named(
    app: Flask, tmp_path: Path
) -> None:
    rows = [(*WALK_IN[:0], str(number), *WALK_IN[1:]) for number in range(10)]
    bad = [(*CREAM[:5], "-1", *CREAM[6:]), TEA, (*rows[9][:2], "내일", *rows[9][3:])]
    code, printed = run(app, write(tmp_path / "s.csv", *rows[:9], *bad))
    assert (code, printed["new"], printed["bad"]) == (3, 9, 3)
    assert [(each["line"], each["reason"]) for each in printed["problems"]] == [
        (11, "수량 is less than nothing: a return belongs to its sale, and is entered there"),
        (12, "영수증번호: left out, because line 11 of the same receipt cannot be used"),
        (13, "판매일시 is no time such as 2026-11-22 14:05, 20261122140500 or 2026.11.22 오후 2:05"),
    ]
    assert set(sales()) == {f"S1/{number}" for number in range(9)}


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        ({"판매일시": "2026-01-15 14:06"}, 3, "판매일시 is another one than on line 2 of the same receipt"),
        ({"카드번호": "A-2"}, 3, "카드번호 is another one than on line 2 of the same receipt"),
        ({"판매금액": "1"}, 3, None),
        ({"판매금액": "84,001"}, 3, "판매금액 is not the unit price times the quantity, less the discount"),
        ({"판매금액": "84,000.5"}, 3, "판매금액 has more decimals than KRW has"),
        ({"판매금액": "", "단가": ""}, 3, "판매금액 and the unit price are empty: what was paid?"),
        ({"수량": "1.5"}, 3, "수량 is no whole number from 1"),
        ({"수량": ""}, 3, "수량 is empty"),
        ({"상품코드": ""}, 3, "상품코드 is empty"),
        ({"매장코드": "S9"}, 3, "매장코드 “S9” is the code of no store"),
        ({"영수증번호": ""}, 3, "영수증번호 is empty"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(
    tmp_path: Path, change: dict[str, str], line: int, reason: str | None
) -> None:
    changed = tuple(change.get(name, value) for name, value in zip(HEADING, TEA, strict=True))
    outcome = bring_in(write(tmp_path / "s.csv", CREAM, changed))
    if reason is None:
        assert (outcome.new, lines("S1/1001")[1]) == (1, ("T-1", 2, 1, 42_000, 83_999, True))
        return
    assert (line, reason) in reasons(outcome)
    alone = "영수증번호" in change
    assert (outcome.new, outcome.bad) == ((1, 1) if alone else (0, 2))


def test_a_sale_that_has_not_come_yet_and_a_receipt_without_an_end_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MOST_LINES", 2)
    later = ("9", "S1", "2099-01-01", "", "C-1", "1", "", "", "1", "")
    outcome = bring_in(write(tmp_path / "s.csv", later, CREAM, TEA, TEA))
    assert reasons(outcome) == [
        (2, "판매일시 has not come yet"),
        (3, "영수증번호 stands on more than 2 lines, of which none was taken"),
    ]
    assert (outcome.new, outcome.bad) == (0, 4)


def test_what_a_sale_can_do_without_is_left_out_when_asked_for(tmp_path: Path) -> None:
    outcome = bring_in(write(tmp_path / "s.csv", (*CREAM[:3], "?!", *CREAM[4:])), keep_going_fields=True)
    assert (outcome.new, outcome.bad, outcome.problem_count) == (1, 0, 1)
    assert sales()["S1/1001"].customer_id is None


def test_a_second_import_changes_nothing_and_another_content_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", CREAM, TEA, WALK_IN)
    bring_in(path)
    at = db.session.execute(text("SELECT v FROM sync_clock")).scalar_one()
    again = bring_in(path)
    assert (again.new, again.unchanged, again.bad) == (0, 2, 0)
    other = bring_in(write(tmp_path / "t.csv", CREAM, (*TEA[:5], "1", *TEA[6:8], "42,000", TEA[9]), WALK_IN, STRANGER))
    assert (other.new, other.unchanged, other.bad) == (1, 1, 2)
    assert reasons(other) == [
        (line, "영수증번호 is there already with another content; a sale is never written over") for line in (2, 3)
    ]
    assert sales()["S1/1001"].total == 164_000
    assert db.session.scalar(select(func.count()).select_from(table_of(SaleLine))) == 4
    assert db.session.execute(text("SELECT v FROM sync_clock")).scalar_one() == at
    assert bring_in(path, source="other").new == 2, "another source has receipts of its own"


def test_a_dry_run_says_the_same_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", CREAM, (*TEA[:5], "x", *TEA[6:]), WALK_IN)
    code, dry = run(app, path, "--dry-run")
    assert (code, dry["run"], sales()) == (3, None, {})
    _, real = run(app, path)
    same = ("new", "changed", "unchanged", "repeated", "bad", "problems")
    assert {name: dry[name] for name in same} == {name: real[name] for name in same}


def test_columns_are_mapped_kept_and_checked(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", ("1", "S1", "2026-01-15", "C-1", "5"), heading=("가", "나", "다", "라", "마"))
    maps = ("--map", "가=receipt", "--map", "나=store", "--map", "다=sold_at", "--map", "라=sku")
    assert "No columns say what was sold" in run(app, path)[1]
    assert "amount or unit_price" in run(app, path, *maps)[1]
    code, printed = run(app, path, *maps, "--map", "마=amount", "--save-profile", "POS")
    assert (code, printed["new"], printed["key"]) == (0, 1, "none")
    assert run(app, path, "--profile", "POS")[1]["unchanged"] == 1
    assert run(app, path, "--profile", "POS", "--key", "card")[0] == 1


def test_undo_takes_sales_back_with_what_they_meant(tmp_path: Path, house: dict[str, str]) -> None:
    bring_in(write(tmp_path / "s.csv", WALK_IN, (*CREAM[:2], "2025-12-01", *CREAM[3:])))
    before, kept = facts(house["kim"]), set(sales())
    second = bring_in(write(tmp_path / "t.csv", ("9", *CREAM[1:]), ("9", *TEA[1:]))).run
    assert facts(house["kim"])[0] == date(2026, 1, 15)
    assert take_back(second) == Undone(str(second), 1, 0, "sales")
    assert (facts(house["kim"]), set(sales())) == (before, kept)
    assert db.session.scalar(select(func.count()).select_from(table_of(SaleLine))) == 2
    assert bring_in(tmp_path / "t.csv").new == 1


def _return() -> None:
    sale = db.session.scalars(select(Sale).where(Sale.source_key == "S1/1001")).one()
    values = {"reason": "", "occurred_at": clock.now(), "business_day": clock.now().date()}
    db.session.add(SaleReturn(id=new_id(), sale_id=sale.id, store_id=sale.store_id, flags=[], **values))


def _pay_with_points() -> None:
    sale = db.session.scalars(select(Sale).where(Sale.source_key == "S1/1001")).one()
    factories.points(str(sale.customer_id), -5, kind="redeem", sale_id=sale.id)


def _review() -> None:
    sale = db.session.scalars(select(Sale).where(Sale.source_key == "S1/1001")).one()
    sale.reviewed_at = clock.now()


@pytest.mark.parametrize(
    ("touch", "what"), [(_return, "a return"), (_pay_with_points, "points"), (_review, "its flags looked at")]
)
def test_undo_is_refused_when_a_sale_was_used(tmp_path: Path, touch: Callable[[], None], what: str) -> None:
    run = bring_in(write(tmp_path / "s.csv", CREAM, TEA, WALK_IN)).run
    with unit_of_work():
        touch()
    with pytest.raises(CannotUndo, match=f"S1/1001 has had {what} since"):
        take_back(run)
    db.session.rollback()
    assert len(sales()) == 2


def test_undo_goes_on_after_a_merge_with_the_facts_of_who_she_is_now(tmp_path: Path, house: dict[str, str]) -> None:
    run = bring_in(write(tmp_path / "s.csv", CREAM)).run
    with unit_of_work():
        other = factories.customer(name="김민자").id
    run_in_unit_of_work(lambda: merges.merge(other, house["kim"], acting_staff=SYSTEM))
    assert facts(other)[0] == date(2026, 1, 15)
    assert take_back(run).removed == 1
    assert facts(other)[:2] == (None, [])


def test_a_stopped_import_ends_like_one_that_ran_through(
    tmp_path: Path, house: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = []
    for number in range(60):
        quantity = "?" if number % 10 == 3 else "1"
        day = f"2026-{number % 9 + 1:02d}-{number % 28 + 1:02d}"
        rows.append((str(number), "S1", day, "A-1" if number % 2 else "", "C-1", quantity, "", "", "1000", ""))
    # Further lines of the same receipts, far behind the first ones.
    path = write(tmp_path / "s.csv", *rows, *((*row[:4], "T-1", "2", "", "", "500", "") for row in rows[::3]))
    monkeypatch.setattr(runs, "CHUNK", 7)

    def killed(chunks: Callable[[], Iterator[Any]], *, aside: bool) -> Iterator[Any]:  # noqa: ARG001 - as it is called
        for number, chunk in enumerate(chunks()):
            if number == 4:
                raise KeyboardInterrupt
            yield chunk

    def outcome() -> Any:
        there = [(sale.id, key, sale.total, sale.customer_id, lines(key)) for key, sale in sales().items()]
        journal = db.session.execute(select(ImportEntry.row_id, ImportEntry.line).order_by(ImportEntry.row_id)).all()
        done = db.session.scalars(select(ImportRun).where(ImportRun.undone_at.is_(None))).one()
        counts = (done.created, done.unchanged, done.bad, done.problems, done.lines_done)
        return there, journal, counts, facts(house["kim"])

    with monkeypatch.context() as patched:
        patched.setattr(runs, "read_ahead", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_in(path)
    assert 0 < len(sales()) < 54
    resumed = bring_in(path)
    assert resumed.resumed_after > 0
    taken_up = outcome()
    take_back(resumed.run)
    assert sales() == {}
    through = bring_in(path)
    assert (through.resumed_after, through.problems, through.new) == (0, resumed.problems, 54)
    assert outcome() == taken_up


def test_while_a_file_is_sorted_by_receipts_it_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_TOLD", 10)
    seen: list[float] = []

    class Seen(Progress):
        def at(self, count: int, *, fraction: float, unit: str = "lines") -> None:  # noqa: ARG002 - as `Progress` has it
            seen.append(fraction)

    rows = [(str(number), *WALK_IN[1:]) for number in range(30)]
    path = write(tmp_path / "s.csv", *rows)
    wishes = runs.Wishes(kind="sales")
    assert runs.import_file(path, wishes, progress=Seen("sales", shown=False)).new == 30
    assert seen == sorted(seen)
    assert (seen[0] <= 0.5, seen[-1], len(seen)) == (True, 1.0, 4)


def test_erasing_her_leaves_the_sale_and_nothing_of_her(tmp_path: Path, house: dict[str, str]) -> None:
    from backend.privacy.service import erase  # noqa: PLC0415 - as the other tests of erasing have it

    run = bring_in(write(tmp_path / "s.csv", CREAM)).run
    run_in_unit_of_work(lambda: erase(house["kim"], acting_staff=SYSTEM))
    sale = sales()["S1/1001"]
    assert (sale.customer_id, sale.owner_id, sale.claimed_customer_id) == (None, None, None)
    assert db.session.scalar(select(func.count()).select_from(table_of(Customer))) == 0
    assert take_back(run).removed == 1
