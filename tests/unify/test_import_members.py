"""`dangol import members`: what is written, changed, left alone, left out; profiles; dry run; the sync log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from backend import privacy
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, table_of, unit_of_work
from backend.core.errors import NotFound, ValidationFailed
from backend.customers import Card, Customer, CustomerFacts
from backend.privacy.service import erase
from backend.sync.models import ChangeLog, ScopeLog
from backend.unify import ImportChange, ImportProblem, ImportRun
from tests import factories
from tests.unify.members_files import HEADING, KIM, LEE, PARK, bring_in, members, reasons, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from backend.core.db import Base


@pytest.fixture(autouse=True)
def store(app: Flask) -> None:  # noqa: ARG001 - the database is the app's
    with unit_of_work():
        factories.store(code="S1")


def run(app: Flask, *arguments: object) -> tuple[int, Any]:
    """Run the command with --json; return its exit code and what it printed."""
    result = app.test_cli_runner().invoke(args=["import", "members", *map(str, arguments), "--json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else result.output


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table_of(model))) or 0


def clock() -> int:
    return int(db.session.execute(text("SELECT v FROM sync_clock")).scalar_one())


def test_one_bad_row_in_ten_is_listed_and_the_other_nine_are_loaded(app: Flask, tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        (i, f"회원{i}", f"010-1234-{i:04d}", f"A-{i}", "1990-01-31", "여", "S1", "") for i in range(1, 31)
    ]
    bad = {
        4: ("휴대폰", 2, "123", "휴대폰 is no phone number"),
        14: ("가입매장", 6, "S9", "가입매장 “S9” is the code of no store"),
        24: ("생년월일", 4, "1990-02-30", "생년월일 is no past day"),
    }
    for at, (_, place, value, _) in bad.items():
        rows[at] = (*rows[at][:place], value, *rows[at][place + 1 :])
    code, printed = run(app, write_csv(tmp_path / "m.csv", rows))
    assert code == 3
    assert (printed["new"], printed["bad"], printed["problem_count"]) == (27, 3, 3)
    for problem, (at, expected) in zip(printed["problems"], bad.items(), strict=True):
        assert problem["line"] == at + 2
        assert expected[3] in problem["reason"]
    assert len(members()) == 27
    assert count(ImportProblem) == 3


def test_a_cell_alone_is_left_out_when_asked_for_but_never_a_key(tmp_path: Path) -> None:
    rows = [(*KIM[:4], "??", *KIM[5:]), ("2", "이영수", "010-2345-6789", "?", "", "", "", "")]
    path = write_csv(tmp_path / "m.csv", rows)
    outcome = bring_in(path, keep_going_fields=True, key="card")
    assert (outcome.new, outcome.bad, outcome.problem_count) == (1, 1, 2)
    assert members()["김민지"]["born"] is None


def test_a_dry_run_says_the_same_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", [KIM, (*LEE[:2], "zz", *LEE[3:]), PARK, KIM])
    before = clock()
    code, dry = run(app, path, "--dry-run", "--save-profile", "p")
    assert (code, dry["run"]) == (3, None)
    assert [count(each) for each in (Customer, Card, CustomerFacts, ImportRun, ImportChange, ImportProblem)] == [0] * 6
    assert clock() == before
    _, real = run(app, path)
    same = ("new", "changed", "unchanged", "repeated", "bad", "problems")
    assert {name: dry[name] for name in same} == {name: real[name] for name in same}


def test_a_second_import_doubles_nothing_and_moves_no_clock(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", [KIM, LEE, PARK])
    bring_in(path)
    before, at = members(), clock()
    again = bring_in(path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)
    assert (members(), clock()) == (before, at)


def test_changed_fields_are_written_and_empty_cells_erase_nothing(tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE]))
    at = clock()
    later = [("1", "김민지", "010-9999-8888", "A-9", "", "", "", ""), LEE]
    outcome = bring_in(write_csv(tmp_path / "n.csv", later))
    assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 1, 1)
    kim = members()["김민지"]
    assert (kim["phone"], kim["cards"], kim["born"], kim["memo"]) == (
        "+821099998888",
        ["A-1", "A-9"],
        "1990-01-31",
        "창가",
    )
    changed = db.session.scalars(select(ChangeLog.row_id).where(ChangeLog.v > at)).all()
    assert changed == [db.session.scalars(select(Customer.id).where(Customer.name == "김민지")).one()]


def test_new_members_reach_the_tablets_of_their_store(tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "m.csv", [KIM, PARK]))
    ids = dict(db.session.execute(select(Customer.name, Customer.id)).all())
    assert set(db.session.scalars(select(ChangeLog.row_id).where(ChangeLog.collection == "customers"))) == set(
        ids.values()
    )
    held = {row_id for (row_id,) in db.session.execute(select(ScopeLog.row_id).where(ScopeLog.scope.like("store:%")))}
    assert held == {ids["김민지"]}


def test_of_two_rows_with_one_key_the_later_wins_and_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [KIM, LEE, PARK, ("1", "김민지", "010-5555-6666", "A-1", "", "", "", "")]
    for size, name in ((100, "together"), (2, "apart")):
        monkeypatch.setattr("backend.unify.files.runs.CHUNK", size)
        cards = [(f"{name}{row[0]}", *row[1:3], f"{name}{row[3]}", *row[4:]) for row in rows]
        outcome = bring_in(write_csv(tmp_path / f"{name}.csv", cards))
        assert (outcome.new, outcome.changed, outcome.repeated, outcome.bad) == (3, 0, 1, 0)
        assert reasons(outcome) == [(5, "고객번호 is that of line 2; this later row was taken")]
    phones = db.session.scalars(select(Customer.phone).where(Customer.name == "김민지")).all()
    assert phones == ["+821055556666"] * 2


@pytest.mark.parametrize("key", ["card", "phone", "phone+name"])
def test_members_of_the_house_are_known_by_the_key(tmp_path: Path, key: str) -> None:
    with unit_of_work():
        factories.customer(name="김민지", phone="+821012345678", cards=["A-1"])
    outcome = bring_in(write_csv(tmp_path / "m.csv", [KIM]), key=key)
    assert (outcome.new, outcome.changed) == (0, 1)
    assert members()["김민지"]["key"] == "1"
    assert bring_in(tmp_path / "m.csv").unchanged == 1


def test_who_cannot_be_told_apart_is_left_out(tmp_path: Path) -> None:
    with unit_of_work():
        for name in ("하나", "둘"):
            factories.customer(name=name, phone="+821012345678")
        factories.customer(name="셋", cards=["A-2"])
    heading = ("이름", "휴대폰", "카드번호")
    path = write_csv(tmp_path / "m.csv", [("김", "010-1234-5678", ""), ("이", "010-2345-6789", "A-2")], heading=heading)
    outcome = bring_in(path, key="phone")
    assert reasons(outcome) == [
        (2, "2 members have this 휴대폰: which one is meant?"),
        (3, "카드번호 belongs to another member already"),
    ]


def test_a_card_on_two_rows_of_a_file_is_the_first_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.unify.files.runs.CHUNK", 1)
    path = write_csv(tmp_path / "m.csv", [KIM, (*LEE[:3], "A-1", *LEE[4:])])
    for dry_run in (True, False):
        outcome = bring_in(path, dry_run=dry_run)
        assert reasons(outcome) == [(3, "카드번호 is that of another member on line 2")]


def test_rows_without_their_key_or_a_new_members_name_are_left_out(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", [("", *KIM[1:]), ("9", "", *LEE[2:])])
    assert reasons(bring_in(path)) == [
        (2, "고객번호 is empty, and members are known by it"),
        (3, "이름 is empty: a new member needs one"),
    ]


def test_a_mapping_is_corrected_kept_and_used_again(app: Flask, tmp_path: Path) -> None:
    rows = [("김민지", "1", "S1"), ("이영수", "2", "S1")]
    path = write_csv(tmp_path / "m.csv", rows, heading=("손님", "번호", "자주 가는 곳"))
    code, printed = run(app, path)
    assert code == 1
    assert "name them with --map" in printed
    maps = ("--map", "손님=name", "--map", "2=card", "--map", "자주 가는 곳=store", "--save-profile", "호텔")
    assert run(app, path, *maps)[1]["columns"] == {"손님": "name", "번호": "card", "자주 가는 곳": "store"}
    assert run(app, path, "--profile", "호텔")[1]["unchanged"] == 2
    assert run(app, path, "--profile", "호텔", "--map", "번호=-")[0] == 1
    assert run(app, path, "--map", "없음=name")[0] == 1
    assert run(app, path, "--map", "손님=nothing")[0] == 1
    assert run(app, path, "--map", "손님")[0] == 2
    with pytest.raises(NotFound):
        bring_in(path, profile="없음")
    with pytest.raises(ValidationFailed, match="needs a column for phone"):
        bring_in(path, profile="호텔", key="phone")


def test_runs_are_listed(app: Flask, tmp_path: Path) -> None:
    outcome = bring_in(write_csv(tmp_path / "m.csv", [KIM]))
    result = app.test_cli_runner().invoke(args=["import", "runs", "--json"])
    listed = json.loads(result.stdout)
    assert (listed["run"], listed["file"], listed["state"], listed["new"]) == (outcome.run, "m.csv", "finished", 1)


def test_erasing_a_member_reaches_the_journal(tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE]))
    bring_in(write_csv(tmp_path / "n.csv", [("1", "김하나", *KIM[2:])]))
    kim = db.session.scalars(select(Customer.id).where(Customer.name == "김하나")).one()
    assert (
        db.session.scalars(select(ImportChange.before).where(ImportChange.before.is_not(None))).one()["name"]
        == "김민지"
    )
    run_in_unit_of_work(lambda: erase(kim, acting_staff=SYSTEM))
    assert count(privacy.Erasure) == 1
    assert kim not in db.session.scalars(select(ImportChange.customer_id)).all()
    assert count(ImportChange) == 1


def test_problems_quote_nothing_that_is_personal(tmp_path: Path) -> None:
    secret = "비밀비밀"
    rows = [tuple(secret if at == place else value for at, value in enumerate(KIM)) for place in (2, 3, 4)]
    outcome = bring_in(write_csv(tmp_path / "m.csv", rows, heading=HEADING))
    assert outcome.bad == 3
    assert secret not in str(outcome.problems)
