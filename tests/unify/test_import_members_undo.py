"""A killed import goes on where it was; an import is taken back unless somebody touched what it wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.care import Note
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, table_of, unit_of_work
from backend.core.errors import Conflict, NotFound
from backend.customers import Card, Customer, CustomerFacts, Preference, get_customer, service
from backend.sales import Sale
from backend.settings import ROOT, current_settings
from backend.sync.models import ChangeLog
from backend.unify import CannotUndo, ImportChange, ImportRun, Progress, Undone, merges, undo
from backend.unify.duplicates import find_all
from backend.unify.duplicates.models import DuplicateRecord
from tests import factories, tables
from tests.unify.members_files import KIM, LEE, PARK, bring_in, members, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask


@pytest.fixture(autouse=True)
def store(app: Flask) -> str:  # noqa: ARG001 - the database is the app's
    with unit_of_work():
        return factories.store(code="S1").id


def take_back(run: str | None) -> Undone:
    """Undo in this process."""
    done = undo(str(run), progress=Progress("undo", shown=False))
    db.session.rollback()
    db.session.expire_all()
    return done


def the(name: str) -> Customer:
    return get_customer(db.session.scalars(select(Customer.id).where(Customer.name == name)).one())


_KILLED = """
import os, signal, sys
from pathlib import Path
from backend.app import create_app
from backend.unify import Progress, Wishes, import_file
from backend.unify.files import runs

runs.CHUNK = 40
runs._LARGE = 0
record, chunks = runs._Run._record, []

def die_in_the_fourth(self, chunk, done):
    record(self, chunk, done)
    chunks.append(chunk)
    if len(chunks) == 4:
        os.kill(os.getpid(), signal.SIGKILL)

runs._Run._record = die_in_the_fourth
with create_app().app_context():
    import_file(Path(sys.argv[1]), Wishes(), progress=Progress("members", shown=False))
"""


def _many() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number in range(300):
        sex = "?" if number % 25 == 3 else "여"
        rows.append((number, f"회원{number}", f"010-1234-{number:04d}", f"A-{number}", "900131", sex, "S1", ""))
        if number % 30 == 7:
            rows.append((number - 6, f"회원{number - 6}", f"010-7777-{number:04d}", f"B-{number}", "", "", "", "다시"))
    return rows


def _all() -> tuple[Any, ...]:
    runs = db.session.scalars(select(ImportRun).execution_options(populate_existing=True)).all()
    counts = [(run.created, run.changed, run.repeated, run.bad, run.problems, run.lines_done) for run in runs]
    journal = select(Customer.name, ImportChange.line, ImportChange.cards, ImportChange.before).join(
        Customer, Customer.id == ImportChange.customer_id
    )
    kept = sorted((name, line, cards, before is None) for name, line, cards, before in db.session.execute(journal))
    db.session.rollback()
    return members(), counts, kept


def test_a_killed_import_ends_like_one_that_ran_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "m.csv", _many())
    environment = os.environ | {
        "DANGOL_DEMO": "1",
        "DANGOL_DATABASE_URL": current_settings().database_url,
        "PYTHONPATH": str(ROOT),
    }
    killed = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _KILLED, str(path)],
        env=environment,
        cwd=ROOT,
        check=False,
        timeout=120,
        capture_output=True,
    )
    assert killed.returncode == -9, killed.stderr
    stopped = db.session.scalars(select(ImportRun)).one()
    assert (stopped.finished_at, stopped.lines_done) == (None, 121)
    db.session.rollback()
    monkeypatch.setattr("backend.unify.files.runs.CHUNK", 40)
    outcome = bring_in(path)
    assert outcome.resumed_after == 121
    resumed = _all()
    assert (outcome.new, outcome.bad) == (288, 12)
    db.session.remove()
    tables.empty()
    tables.prepare()
    with unit_of_work():
        factories.store(code="S1")
    through = bring_in(path)
    assert through.resumed_after == 0
    assert [(each.line, each.reason) for each in through.problems] == [
        (each.line, each.reason) for each in outcome.problems
    ]
    assert _all() == resumed


def test_undo_takes_new_members_away_and_gives_changed_ones_back(tmp_path: Path) -> None:
    first = bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE]))
    before = members()
    at = the("김민지").updated_at
    later = [("1", "김하나", "010-9999-8888", "A-9", "1991-01-01", "남", "", "다른 말"), PARK]
    second = bring_in(write_csv(tmp_path / "n.csv", later))
    assert take_back(second.run) == Undone(str(second.run), 1, 1)
    assert members() == before
    assert the("김민지").updated_at == at
    assert take_back(first.run) == Undone(str(first.run), 2, 0)
    for model in (Customer, Card, CustomerFacts, ImportChange):
        assert db.session.scalar(select(func.count()).select_from(table_of(model))) == 0
    assert set(db.session.scalars(select(ChangeLog.op).where(ChangeLog.collection == "customers"))) == {"delete"}
    with pytest.raises(Conflict, match="undone already"):
        take_back(first.run)
    assert bring_in(tmp_path / "m.csv").new == 2


def _sell(store_id: str) -> None:
    now = the("김민지").created_at
    values = {"currency": "KRW", "total": 1, "occurred_at": now, "business_day": now.date()}
    db.session.add(Sale(customer_id=the("김민지").id, store_id=store_id, **values))


def _note(_store_id: str) -> None:
    db.session.add(Note(customer_id=the("김민지").id, text="메모"))


def _prefer(_store_id: str) -> None:
    db.session.add(Preference(customer_id=the("김민지").id, kind="likes", value="창가"))


def _edit(_store_id: str) -> None:
    service.edit(the("김민지"), {"memo": ("창가", "복도")}, acting_staff=SYSTEM)


def _give_card(_store_id: str) -> None:
    db.session.add(Card(number="NEW", customer_id=the("김민지").id))


@pytest.mark.parametrize(
    ("touch", "what"),
    [
        (_sell, "a sale"),
        (_note, "a note"),
        (_prefer, "a preference"),
        (_edit, "an edit"),
        (_give_card, "a change of her cards"),
    ],
)
def test_undo_is_refused_when_somebody_was_touched(
    tmp_path: Path, store: str, touch: Callable[[str], None], what: str
) -> None:
    run = bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE])).run
    run_in_unit_of_work(lambda: touch(store))
    with pytest.raises(CannotUndo, match=rf"김민지 \(5678\) has had {what} since"):
        take_back(run)
    db.session.rollback()
    assert len(members()) == 2


def test_undo_is_refused_while_a_later_import_stands(tmp_path: Path) -> None:
    first = bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE])).run
    second = bring_in(write_csv(tmp_path / "n.csv", [(*KIM[:-1], "새 메모")])).run
    with pytest.raises(CannotUndo, match=f"a later import .{second}."):
        take_back(first)
    take_back(second)
    assert take_back(first).removed == 2


def test_an_interrupted_undo_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = bring_in(write_csv(tmp_path / "m.csv", [KIM, LEE, PARK])).run
    monkeypatch.setattr("backend.unify.files.undoing._AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr("backend.unify.files.undoing._close", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_back(run)
    db.session.rollback()
    assert take_back(run).run == run
    assert members() == {}


def test_the_command_says_why_not(app: Flask, tmp_path: Path) -> None:
    run = bring_in(write_csv(tmp_path / "m.csv", [KIM])).run
    run_in_unit_of_work(lambda: _prefer(""))
    refused = app.test_cli_runner().invoke(args=["import", "undo", str(run)])
    assert refused.exit_code == 1
    assert "김민지 (5678) has had a preference since" in refused.output
    with pytest.raises(NotFound):
        take_back("nothing")


def test_members_who_were_looked_through_go_and_merged_ones_are_named(tmp_path: Path) -> None:
    people = [("김서연", "010-1111-2222"), ("김서연", "010-1111-2223")]
    run = bring_in(write_csv(tmp_path / "m.csv", people, heading=("이름", "휴대폰"))).run
    find_all(Progress("duplicates", shown=False))
    first, second = sorted(db.session.scalars(select(Customer.id)))
    assert db.session.get(DuplicateRecord, second) is not None
    merge_id = run_in_unit_of_work(lambda: merges.merge(first, second, acting_staff=SYSTEM).id)
    with pytest.raises(CannotUndo, match="merged into her"):
        take_back(run)
    run_in_unit_of_work(lambda: merges.undo(merge_id, acting_staff=SYSTEM))
    assert take_back(run).removed == 2
    assert db.session.scalars(select(DuplicateRecord)).first() is None
