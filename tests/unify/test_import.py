"""`dangol import complete-journey`, through the command and the database."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from backend.consent import ConsentEntry, record, standing
from backend.core import clock as wall_clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.customers import Customer, CustomerFacts
from backend.sales import Sale, SaleLine
from backend.settings import ROOT, current_settings
from backend.sync import clock
from backend.unify import Figures, ImportRun, Progress, import_directory
from backend.unify.sales_plan import claimed
from tests.tables import empty
from tests.unify import journeys

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

needs_real_data = pytest.mark.skipif(not journeys.SHARED.is_dir(), reason="the shared data is not here")
pytestmark = pytest.mark.usefixtures("app")
_TABLES = ("business_unit", "store", "customer", "card", "customer_facts", "product", "sale", "sale_line", "change_log")


def run(app: Flask, folder: Path) -> tuple[int, dict[str, Any]]:
    """Run the command; return its exit code and what it printed."""
    result = app.test_cli_runner().invoke(args=["import", "complete-journey", str(folder), "--json"])
    return result.exit_code, json.loads(result.stdout)


def quietly(folder: Path) -> Any:
    """Import in this process."""
    return import_directory(folder, progress=Progress("sales", shown=False))


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables that an import fills, but for the times of the import itself."""
    found = {}
    for table in _TABLES:
        rows = [dict(row._mapping) for row in db.session.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608, SLF001
        for row in rows:
            for column in ("received_at", "created_at", "updated_at", "v"):
                row.pop(column, None)
        # What a database has from its beginning is no import's.
        kept = (row for row in rows if row.get("collection") not in {"wordings", "programme"})
        found[table] = sorted((tuple(map(str, row.values())) for row in kept), key=str)
    db.session.rollback()
    return found


def test_figures_are_those_of_the_files_and_of_the_database(app: Flask, tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    code, printed = run(app, folder)
    assert code == 0
    assert printed == journeys.expected(folder) | {"problems": [], "problem_count": 0}
    assert printed["revenue_minor"] == 139 + 1 + 2000 + 0 + 50


def test_a_basket_is_a_sale_on_the_stores_business_day(tmp_path: Path) -> None:
    quietly(journeys.small(tmp_path))
    sales = {sale.source_key: sale for sale in db.session.scalars(select(Sale))}
    assert {key: str(sale.business_day) for key, sale in sales.items()} == {
        "b1": "2017-01-01",
        "b2": "2017-01-03",
        "b3": "2017-07-03",
    }
    first = sales["b1"]
    assert (first.total, first.discount, first.currency) == (140, 60, "USD")
    assert [(line.sku, line.quantity, line.amount, line.discount) for line in first.lines] == [
        ("100", 1, 139, 10),
        ("200", 2, 1, 50),
    ]
    assert all(line.product_id for line in first.lines)


def test_an_article_that_the_catalogue_lacks_keeps_its_code_and_flags_the_sale(tmp_path: Path) -> None:
    quietly(journeys.small(tmp_path))
    sale = db.session.scalars(select(Sale).where(Sale.source_key == "b3")).one()
    assert [(line.sku, line.product_id is None, line.quantity) for line in sale.lines] == [
        ("999", True, 0),
        ("100", False, 0),
    ]
    assert sale.flags == ["unknown_product"]


def test_members_have_their_card_a_home_store_and_purchase_facts(tmp_path: Path) -> None:
    quietly(journeys.small(tmp_path))
    member = db.session.scalars(select(Customer).where(Customer.source_key == "1")).one()
    assert [card.number for card in member.cards] == ["1"]
    assert member.home_store is not None
    assert member.home_store.code == "CJ330"
    facts = db.session.get_one(CustomerFacts, member.id)
    assert str(facts.last_purchase_on) == "2017-07-03"
    assert facts.purchase_gaps == [183]
    assert facts.last_basket == [["999", 0, 0], ["100", 0, 50]]


@pytest.mark.parametrize(
    ("card", "kept"), [("4111111111111111", None), ("8800010000000012",) * 2, ("Z-9",) * 2, ("", None)]
)
def test_of_a_card_that_nobody_has_its_number_is_kept_but_not_a_payment_card_s(card: str, kept: str | None) -> None:
    assert claimed(card, None) == kept


def test_a_second_import_changes_nothing_not_even_the_sync_clock(tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    quietly(folder)
    before, clock = contents(), _clock()
    outcome = quietly(folder)
    assert outcome.added == 0
    assert contents() == before
    assert _clock() == clock


def test_bad_rows_are_listed_with_line_and_reason_and_the_rest_is_loaded(app: Flask, tmp_path: Path) -> None:
    good = ",".join(map(str, journeys.THREE_BASKETS[0]))
    bad = {
        "too,few,values": "3 values where 10 are expected",
        good.replace("b1,", "b7,").replace("2017-01-02T04:59:59", "yesterday"): "sold_at 'yesterday' is no time",
        good.replace("b1,", "b9,").replace(",1,1.39", ",one,1.39"): "quantity 'one' is no whole number",
        good.replace("b1,", "b9,").replace(",1,1.39", ",-1,1.39"): "quantity '-1' is no whole number",
        good.replace("1.3900000000000001", "nan"): "sales_value 'nan' is no amount",
        good.replace("1.3900000000000001", "1e400"): "sales_value '1e400' is no amount",
        good.replace("b1,", ","): "basket_id '' is no code",
        good.replace("b1,", "b8,").replace("330", "3 30"): "store_id '3 30' is no code",
        good.replace(",1,100,", ",2,100,"): "differ from the basket's earlier lines",
        good.replace("0.1", '"0.1'): "0 values where 10 are expected",
        good.replace("100", "1\udcff0"): "product_id '1\\udcff0' is no code",
    }
    folder = journeys.small(tmp_path)
    path = folder / "sale_lines.csv"
    text_ = path.read_text(encoding="utf-8").splitlines()
    damaged = [*text_[:2], *bad, *text_[2:], ""]
    path.write_bytes("\r\n".join(damaged).encode("utf-8", "surrogateescape"))
    code, printed = run(app, folder)
    assert code == 3
    assert printed["problem_count"] == len(bad)
    for number, (problem, reason) in enumerate(zip(printed["problems"], bad.values(), strict=True), 3):
        assert (problem["file"], problem["line"]) == ("sale_lines.csv", number)
        assert reason in problem["reason"]
    assert (printed["sales"], printed["lines"], printed["revenue_minor"]) == (3, 5, 2190)


def test_bad_members_and_articles_are_listed_and_the_rest_is_loaded(app: Flask, tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    with (folder / "members.csv").open("a", encoding="utf-8") as file:
        file.write("1,again\n,none\nthree values,are,one too many\n3,fine\n")
    with (folder / "products.csv").open("ab") as binary:
        binary.write(b"400,1,D\xff,,,,\n100,1,twice,,,,\n500,1,,,,,\n")
    code, printed = run(app, folder)
    assert code == 3
    assert [(each["file"], each["line"]) for each in printed["problems"]] == [
        ("members.csv", 4),
        ("members.csv", 5),
        ("members.csv", 6),
        ("products.csv", 5),
        ("products.csv", 6),
    ]
    assert (printed["members"], printed["products"]) == (3, 4)


def test_a_mended_file_brings_the_rows_that_were_missing(app: Flask, tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    path = folder / "sale_lines.csv"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("200,2,0.005", "200,two,0.005"), encoding="utf-8")
    assert run(app, folder)[1]["lines"] == 4
    path.write_text(whole, encoding="utf-8")
    code, printed = run(app, folder)
    assert code == 0
    assert printed == journeys.expected(folder) | {"problems": [], "problem_count": 0}
    assert [line.sku for line in db.session.scalars(select(SaleLine).order_by(SaleLine.sale_id, SaleLine.position))][
        :2
    ] == ["100", "200"]


def test_a_member_and_an_article_that_come_later_are_tied_to_their_sales(tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    (folder / "members.csv").write_text("card_number,age\n1,\n", encoding="utf-8")
    quietly(folder)
    sale = db.session.scalars(select(Sale).where(Sale.source_key == "b2")).one()
    assert (sale.customer_id, sale.claimed_customer_id, sale.flags) == (None, "2", ["unknown_customer"])
    db.session.rollback()
    db.session.expire_all()
    journeys.small(tmp_path)
    with (folder / "products.csv").open("a", encoding="utf-8") as file:
        file.write("999,1,LATE,,,,\n")
    quietly(folder)
    sales = {
        sale.source_key: sale for sale in db.session.scalars(select(Sale).execution_options(populate_existing=True))
    }
    assert sales["b2"].customer_id is not None
    assert [sale.flags for sale in sales.values()] == [[], [], []]
    assert all(line.product_id for line in db.session.scalars(select(SaleLine)))


def test_lines_scattered_over_the_file_are_one_sale_each_time(app: Flask, tmp_path: Path) -> None:
    lines = [*journeys.THREE_BASKETS, *journeys.THREE_BASKETS[:2]]
    folder = journeys.small(tmp_path, lines)
    code, printed = run(app, folder)
    assert (code, printed["sales"], printed["lines"]) == (0, 3, 7)
    before, clock = contents(), _clock()
    assert quietly(folder).added == 0
    assert (contents(), _clock()) == (before, clock)


def test_a_cut_off_file_is_told_and_loaded_as_far_as_it_goes(app: Flask, tmp_path: Path) -> None:
    folder = journeys.small(tmp_path, [(f"b{n}", *journeys.THREE_BASKETS[0][1:]) for n in range(20_000)])
    plain = folder / "sale_lines.csv"
    packed = gzip.compress(plain.read_bytes())
    plain.unlink()
    (folder / "sale_lines.csv.gz").write_bytes(packed[: len(packed) // 2])
    code, printed = run(app, folder)
    assert code == 3
    assert "damaged or cut off" in printed["problems"][-1]["reason"]
    assert printed["sales"] > 100


def test_a_missing_file_or_column_stops_with_a_sentence(app: Flask, tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(args=["import", "complete-journey", str(tmp_path)])
    assert result.exit_code == 1
    assert "There is no members.csv" in result.output
    folder = journeys.small(tmp_path)
    (folder / "sale_lines.csv").write_text("basket_id,when\nb1,now\n", encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["import", "complete-journey", str(folder)])
    assert result.exit_code == 1
    assert "no column sold_at" in result.output


def test_columns_may_come_in_another_order_and_beside_others(app: Flask, tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    path = folder / "sale_lines.csv"
    turned = [",".join(["x", *reversed(line.split(","))]) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(turned), encoding="utf-8")
    assert run(app, folder)[1]["revenue_minor"] == 2190


@needs_real_data
def test_a_slice_of_the_real_data_is_exact_read_in_a_process_of_its_own(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.unify.sales_import._LARGE_FILE", 0)
    folder = journeys.real_slice(tmp_path, 8_000)
    code, printed = run(app, folder)
    assert code == 0
    assert printed == journeys.expected(folder) | {"problems": [], "problem_count": 0}


_KILLED = """
import os, signal, sys
from pathlib import Path
from backend.app import create_app
from backend.unify import Progress, import_directory, sales_import

sales_import._BATCH_LINES = 400
sales_import._LARGE_FILE = 0
record, batches = sales_import.SalesImport._record, []

def die_in_the_fourth(self, **values):
    record(self, **values)
    batches.append(values)
    if len(batches) == 4:
        os.kill(os.getpid(), signal.SIGKILL)

sales_import.SalesImport._record = die_in_the_fourth
with create_app().app_context():
    import_directory(Path(sys.argv[1]), progress=Progress("sales", shown=False))
"""


def test_a_killed_import_ends_like_one_that_was_left_alone(tmp_path: Path) -> None:
    folder = journeys.small(tmp_path, _many_baskets())
    environment = os.environ | {
        "DANGOL_DEMO": "1",
        "DANGOL_DATABASE_URL": current_settings().database_url,
        "PYTHONPATH": str(ROOT),
    }
    # That the output ends shows that the process which reads the file has ended, too.
    killed = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _KILLED, str(folder)],
        env=environment,
        cwd=ROOT,
        check=False,
        timeout=120,
        capture_output=True,
    )
    assert killed.returncode == -9
    stopped = db.session.scalars(select(ImportRun)).one()
    assert stopped.finished_at is None
    assert 1_000 < stopped.lines_written < 2_000
    db.session.rollback()

    assert quietly(folder).figures == _figures(folder)
    resumed = contents()
    db.session.remove()
    empty()
    run_in_unit_of_work(clock.ensure_clock)
    assert quietly(folder).figures == _figures(folder)
    assert contents() == resumed


def _many_baskets() -> list[journeys.Row]:
    chance = random.Random(7)
    lines: list[journeys.Row] = []
    for number in range(900):
        heading = (
            f"k{number}",
            f"2017-03-{1 + number // 40:02d}T{number % 24:02d}:15:00",
            300 + number % 9,
            number % 2 + 1,
        )
        lines += [
            (*heading, chance.choice((100, 200, 300, 999)), chance.randint(0, 3), chance.random() * 9, 0.0, 0.1, 0.0)
            for _ in range(chance.randint(1, 6))
        ]
    return lines


def _figures(folder: Path) -> Any:
    return Figures(**journeys.expected(folder))


def _clock() -> int:
    return int(db.session.execute(text("SELECT v FROM sync_clock")).scalar_one())


def test_profiling_consent_is_recorded_once_for_each_member_with_the_import_as_evidence(
    app: Flask, tmp_path: Path
) -> None:
    folder = journeys.small(tmp_path)
    runner = app.test_cli_runner()
    plain = ["import", "complete-journey", str(folder), "--json"]
    assert runner.invoke(args=plain).exit_code == 0
    assert db.session.scalars(select(ConsentEntry)).all() == []
    for _ in range(2):
        assert runner.invoke(args=[*plain, "--profiling-consent"]).exit_code == 0
    entries = db.session.scalars(select(ConsentEntry)).all()
    members = db.session.scalars(select(Customer.id)).all()
    assert sorted(each.customer_id for each in entries) == sorted(members)
    runs = set(db.session.scalars(select(ImportRun.id)))
    for each in entries:
        assert (each.purpose, each.granted, each.staff_id) == ("profiling", True, None)
        assert each.evidence.pop("import") in runs
        assert each.evidence == {"method": "import", "source": "complete-journey"}
    db.session.rollback()
    assert all(each.allowed for each in standing(members, "profiling").values())


def test_a_member_who_declined_since_stays_declined_when_the_import_is_repeated(app: Flask, tmp_path: Path) -> None:
    folder = journeys.small(tmp_path)
    arguments = ["import", "complete-journey", str(folder), "--json", "--profiling-consent"]
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
    her = db.session.scalars(select(Customer.id).order_by(Customer.id)).first()
    assert her is not None
    said = {"purpose": "profiling", "granted": False, "wording_version": "x", "occurred_at": wall_clock.now()}
    run_in_unit_of_work(lambda: record(her, said, acting_staff=SYSTEM, store_id=None))
    assert app.test_cli_runner().invoke(args=arguments).exit_code == 0
    assert not standing([her], "profiling")[her].allowed
