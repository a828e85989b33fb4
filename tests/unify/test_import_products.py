"""`dangol import products`: what is written, changed, left alone, left out, taken up and taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from backend.catalog import Product
from backend.core import clock
from backend.core.db import db, table_of, unit_of_work
from backend.sales import Sale, SaleLine
from backend.sync.models import ChangeLog
from backend.unify import CannotUndo, FileOutcome, ImportEntry, ImportRun, Progress, Undone, undo
from backend.unify.files import runs
from backend.unify.files.amounts import amount, currency, in_minor_units, quantity
from backend.unify.problems import UnreadableValueError
from tests import factories
from tests.unify import members_files
from tests.unify.members_files import reasons, write_csv, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

HEADING = ("상품코드", "바코드", "상품명", "영문명", "브랜드", "분류", "판매가", "통화", "사업장")
CREAM = ("C-1", "8800000000011", "하늘담 수분크림", "Haneuldam Cream", "하늘담", "스킨케어", "89,000", "KRW", "")
TEA = ("T-1", "8800000000028", "우전 녹차", "", "산아래", "차", "42000원", "", "")
PEN = ("P-1", "", "만년필", "Pen", "", "", "12.50", "USD", "")


@pytest.fixture(autouse=True)
def store(app: Flask) -> None:  # noqa: ARG001 - the database is the app's
    with unit_of_work():
        factories.store(code="S1")


def write(path: Path, *rows: Any, heading: Any = HEADING, **options: Any) -> Path:
    return write_csv(path, rows, heading=heading, **options)


def bring_in(path: Path, **wishes: Any) -> FileOutcome:
    return members_files.bring_in(path, kind="products", **wishes)


def take_back(run: str | None) -> Undone:
    done = undo(str(run), progress=Progress("undo", shown=False))
    db.session.rollback()
    db.session.expire_all()
    return done


def products() -> dict[str, tuple[Any, ...]]:
    """{sku: values} of all that is there."""
    columns = [table_of(Product).c[name] for name in ("barcode", "name", "name_latin", "brand", "price", "currency")]
    found = {sku: tuple(rest) for sku, *rest in db.session.execute(select(Product.sku, *columns))}
    db.session.rollback()
    return found


def run(app: Flask, *arguments: object) -> tuple[int, Any]:
    result = app.test_cli_runner().invoke(args=["import", "products", *map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else result.output


def test_products_come_in_with_prices_in_minor_units(tmp_path: Path) -> None:
    outcome = bring_in(write(tmp_path / "p.csv", CREAM, TEA, PEN))
    assert (outcome.new, outcome.bad, outcome.key) == (3, 0, "sku")
    assert products() == {
        "C-1": ("8800000000011", "하늘담 수분크림", "Haneuldam Cream", "하늘담", 89_000, "KRW"),
        "T-1": ("8800000000028", "우전 녹차", None, "산아래", 42_000, "KRW"),
        "P-1": (None, "만년필", "Pen", None, 1_250, "USD"),
    }
    told = set(db.session.scalars(select(ChangeLog.row_id).where(ChangeLog.collection == "products")))
    assert told == set(db.session.scalars(select(Product.id)))


@pytest.mark.parametrize("way", ["cp949", "xlsx", "semicolon"])
def test_any_layout_is_read(tmp_path: Path, way: str) -> None:
    path = tmp_path / "p"
    if way == "xlsx":
        write_xlsx(path, [CREAM, TEA], heading=HEADING, sheet="상품")
    else:
        write(path, CREAM, TEA, **({"encoding": "cp949"} if way == "cp949" else {"delimiter": ";"}))
    outcome = bring_in(path, sheet="상품" if way == "xlsx" else None)
    assert (outcome.new, products()["T-1"][4]) == (2, 42_000)


def test_a_second_import_doubles_nothing_and_changes_what_differs(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", CREAM, TEA)
    bring_in(path)
    at = db.session.execute(text("SELECT v FROM sync_clock")).scalar_one()
    again = bring_in(path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert db.session.execute(text("SELECT v FROM sync_clock")).scalar_one() == at
    dearer = ("C-1", "", "", "", "", "", "91000", "", "")
    later = bring_in(write(tmp_path / "q.csv", dearer, TEA))
    assert (later.changed, later.unchanged) == (1, 1)
    assert products()["C-1"] == ("8800000000011", "하늘담 수분크림", "Haneuldam Cream", "하늘담", 91_000, "KRW")


def test_a_barcode_is_a_key_too_and_never_takes_another_product_s_code(tmp_path: Path) -> None:
    bring_in(write(tmp_path / "p.csv", CREAM, TEA))
    heading = ("바코드", "상품코드", "상품명", "판매가")
    rows = [
        ("8800000000011", "", "수분크림", ""),
        ("8800000000028", "X-1", "", "1"),
        ("8800000000035", "T-1", "새", "1"),
        ("8800000000042", "", "새", "1"),
        ("8800000000059", "N-1", "", "1"),
        ("", "N-2", "새", "1"),
    ]
    outcome = bring_in(write(tmp_path / "q.csv", *rows, heading=heading), key="barcode")
    assert (outcome.new, outcome.changed, outcome.bad) == (0, 1, 5)
    assert reasons(outcome) == [
        (3, "상품코드 is another one than that of the product with this barcode"),
        (4, "상품코드 is that of another product already, which has another barcode or none"),
        (5, "상품코드 is empty: a new product needs a code"),
        (6, "상품명 is empty: a new product needs one"),
        (7, "바코드 is empty, and products are known by it"),
    ]
    with unit_of_work():
        factories.product(sku="D-1", barcode="8800000000011")
    doubled = bring_in(write(tmp_path / "r.csv", rows[0], heading=heading), key="barcode")
    assert reasons(doubled) == [(2, "2 products have this 바코드: which one is meant?")]


def test_one_bad_row_in_ten_is_listed_and_the_others_are_loaded(app: Flask, tmp_path: Path) -> None:
    rows: list[tuple[str, ...]] = [(f"A-{i}", "", f"상품 {i}", "", "", "", "1000", "", "") for i in range(40)]
    bad = {
        4: ((0, "A 4"), "상품코드 is no product code"),
        14: ((6, "공짜"), "판매가 is no amount"),
        24: ((6, "10.5"), "판매가 has more decimals than KRW has"),
        34: ((7, "XYZ"), "통화 “XYZ” is none of the currencies"),
    }
    for at, ((place, value), _) in bad.items():
        rows[at] = (*rows[at][:place], value, *rows[at][place + 1 :])
    code, printed = run(app, write(tmp_path / "p.csv", *rows))
    assert (code, printed["new"], printed["bad"]) == (3, 36, 4)
    for problem, (at, (_, expected)) in zip(printed["problems"], bad.items(), strict=True):
        assert problem["line"] == at + 2
        assert problem["reason"].startswith(expected)


def test_a_dry_run_says_the_same_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", CREAM, (*TEA[:6], "?", *TEA[7:]), PEN, CREAM)
    code, dry = run(app, path, "--dry-run")
    assert (code, dry["run"], products()) == (3, None, {})
    _, real = run(app, path)
    same = ("new", "changed", "unchanged", "repeated", "bad", "problems")
    assert {name: dry[name] for name in same} == {name: real[name] for name in same}


def test_a_mapping_is_kept_for_products_alone(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", ("C-1", "크림", "89000"), heading=("가", "나", "다"))
    maps = ("--map", "가=sku", "--map", "나=name", "--map", "3=price", "--save-profile", "POS")
    assert run(app, path, *maps)[1]["new"] == 1
    assert run(app, path, "--profile", "POS")[1]["unchanged"] == 1
    members = app.test_cli_runner().invoke(args=["import", "members", str(path), "--profile", "POS"])
    assert (members.exit_code, "no profile POS for members" in members.output) == (1, True)
    assert run(app, path)[0] == 1
    assert run(app, path, "--map", "가=phone")[0] == 1


def test_prices_need_a_currency_where_stores_have_several(tmp_path: Path) -> None:
    with unit_of_work():
        factories.store(code="S2", currency="USD")
    outcome = bring_in(write(tmp_path / "p.csv", CREAM, TEA))
    assert reasons(outcome) == [(3, "통화: in which currency? The stores have several; name a column for it")]
    dollars = ("C-1", "", "", "", "", "", "", "USD", "")
    outcome = bring_in(write(tmp_path / "q.csv", dollars))
    assert reasons(outcome) == [(2, "통화 is another one, and the row does not say the price in it")]


def test_undo_takes_new_products_away_and_gives_changed_ones_back(tmp_path: Path) -> None:
    first = bring_in(write(tmp_path / "p.csv", CREAM, TEA)).run
    before = products()
    second = bring_in(write(tmp_path / "q.csv", ("C-1", "", "크림", "", "", "", "1", "", ""), PEN)).run
    with pytest.raises(CannotUndo, match=f"C-1 크림 has had a later import .{second}. since"):
        take_back(first)
    assert take_back(second) == Undone(str(second), 1, 1, "products")
    assert products() == before
    assert take_back(first) == Undone(str(first), 2, 0, "products")
    assert products() == {}
    assert set(db.session.scalars(select(ChangeLog.op).where(ChangeLog.collection == "products"))) == {"delete"}
    assert db.session.scalar(select(func.count()).select_from(table_of(ImportEntry))) == 0
    assert bring_in(tmp_path / "p.csv").new == 2


def _sell() -> None:
    product = db.session.scalars(select(Product).where(Product.sku == "C-1")).one()
    values = {"currency": "KRW", "total": 1, "occurred_at": clock.now(), "business_day": clock.now().date()}
    line = SaleLine(position=0, product_id=product.id, sku="C-1", quantity=1, amount=1)
    db.session.add(Sale(store_id=factories.store().id, lines=[line], **values))


def _reprice() -> None:
    db.session.scalars(select(Product).where(Product.sku == "C-1")).one().price = 1


@pytest.mark.parametrize(("touch", "what"), [(_sell, "a sale"), (_reprice, "an edit")])
def test_undo_is_refused_when_a_product_was_used(tmp_path: Path, touch: Callable[[], None], what: str) -> None:
    run = bring_in(write(tmp_path / "p.csv", CREAM, TEA)).run
    with unit_of_work():
        touch()
    with pytest.raises(CannotUndo, match=f"C-1 하늘담 수분크림 has had {what} since"):
        take_back(run)
    db.session.rollback()
    assert len(products()) == 2


def test_a_stopped_import_ends_like_one_that_ran_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"A-{i % 50}", "", f"상품 {i}", "", "", "", "?" if i % 10 == 3 else "1000", "", "") for i in range(70)]
    path = write(tmp_path / "p.csv", *rows)
    monkeypatch.setattr(runs, "CHUNK", 8)

    def killed(chunks: Callable[[], Iterator[Any]], *, aside: bool) -> Iterator[Any]:  # noqa: ARG001 - as it is called
        for number, chunk in enumerate(chunks()):
            if number == 5:
                raise KeyboardInterrupt
            yield chunk

    def outcome() -> Any:
        entry = select(Product.sku, ImportEntry.line, ImportEntry.before, ImportEntry.after)
        journal = db.session.execute(entry.join(Product, Product.id == ImportEntry.row_id).order_by(Product.sku)).all()
        done = db.session.scalars(select(ImportRun).where(ImportRun.undone_at.is_(None))).one()
        counts = (done.created, done.changed, done.unchanged, done.repeated, done.bad, done.problems, done.lines_done)
        return counts, journal, products()

    with monkeypatch.context() as patched:
        patched.setattr(runs, "read_ahead", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_in(path)
    db.session.rollback()
    resumed = bring_in(path)
    assert resumed.resumed_after == 41
    taken_up = outcome()
    take_back(resumed.run)
    assert products() == {}
    through = bring_in(path)
    assert (through.resumed_after, through.problems) == (0, resumed.problems)
    assert outcome() == taken_up


@pytest.mark.parametrize(
    ("given", "worth"), [("89000", 89_000), ("89,000", 89_000), ("₩89,000원", 89_000), ("89,000.00", 89_000)]
)
def test_amounts_are_read_as_people_write_them(given: str, worth: int) -> None:
    assert in_minor_units(amount(given), "KRW") == worth


@pytest.mark.parametrize("given", ["-1", "1,00", "$12", "1.2.3", "", "열", "1e3", "١٢"])
def test_what_is_no_amount_is_refused(given: str) -> None:
    with pytest.raises(UnreadableValueError):
        amount(given)


def test_quantities_and_currencies() -> None:
    assert (quantity("3"), quantity("1,000"), quantity("2.0")) == ("3", "1000", "2")
    assert (currency("krw"), currency("원"), currency("US$")) == ("KRW", "KRW", "USD")
    for given, code in (("0", "quantity"), ("1.5", "quantity"), ("-2", "returned"), ("△2", "returned")):
        with pytest.raises(UnreadableValueError, match=code):
            quantity(given)
